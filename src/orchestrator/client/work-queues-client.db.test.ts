import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { createPostgresWorkItemStore } from "../../queue/items/index.ts";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { OrchestratorClient } from "./orchestrator-client.ts";
import type { WorkQueuesClient } from "./work-queues-client.ts";

let bench: OrchestratorBench;
let queues: WorkQueuesClient;
beforeAll(async () => {
  bench = await openBench();
  queues = new OrchestratorClient({ baseUrl: bench.url, apiKey: bench.adminKey }).workQueues;
});
afterAll(() => bench.close());

/** A job that takes the next item and cannot do it. */
async function failNext(queueId: string): Promise<void> {
  const store = createPostgresWorkItemStore(bench.database);
  const holder = { jobId: "7", attempt: 1 };
  const item = await store.takeNext({ tenantId: DEFAULT_TENANT, queueId, holder });
  const lease = { tenantId: DEFAULT_TENANT, itemId: item?.id ?? "", attempt: item?.attempt ?? 0, holder };
  await store.fail(lease, { type: "business", code: "X", message: "wrong" });
}

test("queues are created, read, listed, changed and deleted", async () => {
  const created = await queues.create({ name: "Orders / 2026" });
  const updated = await queues.update("Orders / 2026", { name: "Orders", description: "x" }, { expectedVersion: 1 });

  expect(updated).toMatchObject({ id: created.id, version: 2, description: "x" });
  expect(await queues.get("Orders")).toEqual(updated);
  expect((await queues.list({ limit: 1 })).data).toEqual([updated]);
  expect(await queues.stats("Orders", { since: "2026-01-01T00:00:00Z" })).toMatchObject({ due: 0 });
  await expect(queues.delete("Orders", { expectedVersion: 1 })).rejects.toMatchObject({ code: "WORK_QUEUE_CONFLICT" });
  await queues.delete("Orders", { expectedVersion: 2 });
  await expect(queues.get("Orders")).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND", status: 404 });
});

test("items are added, found, changed, put off, reviewed, sent back and deleted", async () => {
  const { id } = await queues.create({ name: "Invoices", uniqueReference: true });
  const item = await queues.addItem("Invoices", { reference: "a", data: { n: 1 }, priority: "high" });
  const report = await queues.addItems(id, { items: [{ reference: "b" }, { reference: "a" }], mode: "each" });

  expect(item).toMatchObject({ state: "new", priority: 75 });
  expect(report).toMatchObject({ added: 1, refused: 1, items: [{ created: true }, { created: false }] });
  await expect(queues.addItems(id, { items: [{ reference: "a" }] })).rejects.toMatchObject({
    code: "WORK_ITEMS_REFUSED",
    details: { errors: [{ path: "items.0.reference" }] },
  });
  expect((await queues.listItems(id, { state: ["new"], reference: "a" })).data).toEqual([item]);
  const changed = await queues.updateItem(id, { itemId: item.id, priority: 99 }, { expectedVersion: 1 });
  expect(changed).toMatchObject({ priority: 99, version: 2 });
  const later = await queues.postponeItem(id, item.id, { until: "2999-01-01T00:00:00Z" });
  expect(later.postponeUntil).toBe("2999-01-01T00:00:00.000Z");
  await queues.postponeItem(id, item.id, { until: null });
  await failNext(id);
  const reviewed = await queues.reviewItem(id, { itemId: item.id, status: "verified", reviewer: "Ada" });
  expect(reviewed).toMatchObject({ state: "failed", review: { status: "verified", reviewer: "Ada" } });
  expect(await queues.retryItem(id, item.id, { note: "again" })).toMatchObject({ state: "retried" });
  await queues.deleteItem(id, item.id);
  expect(await queues.getItem(id, item.id)).toMatchObject({ state: "deleted", attempts: [{ outcome: "failed" }] });
});

test("files of items are uploaded, listed, downloaded and taken away", async () => {
  const { id } = await queues.create({ name: "Scans" });
  const { id: itemId } = await queues.addItem(id, {});
  const content = Buffer.from("scanned");
  const sha256 = createHash("sha256").update(content).digest("hex");

  const file = await queues.uploadFile(id, { itemId, name: "a.txt", contentType: "text/plain", sha256, content });

  expect(await queues.listFiles(id, itemId)).toEqual([file]);
  const download = await queues.downloadFile(id, { itemId, fileId: file.id });
  expect(download).toMatchObject({ contentType: "text/plain", sizeBytes: 7 });
  expect(await text(download.content)).toBe("scanned");
  await queues.deleteFile(id, { itemId, fileId: file.id });
  expect(await queues.listFiles(id, itemId)).toEqual([]);
});
