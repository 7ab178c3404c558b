import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { messageOf } from "../../core/errors.ts";
import type { CommandContext } from "../command.ts";
import { missingWorkItems, openWorkItemsFile } from "./work-items-file.ts";

const { signal } = new AbortController();

let folder: string;
let context: CommandContext;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-work-items-"));
  context = { cwd: folder } as CommandContext;
});
afterEach(() => rm(folder, { recursive: true }));

const write = (value: unknown): Promise<void> =>
  writeFile(join(folder, "q.json"), typeof value === "string" ? value : JSON.stringify(value));
const read = async () => JSON.parse(await readFile(join(folder, "q.json"), "utf8"));
const open = () => openWorkItemsFile("q.json", context);
const failed = (type: "application" | "business") =>
  ({ kind: "failed", exception: { type, code: "X", message: "m" } }) as const;

describe("a file of work queues", () => {
  test("holds after every step what the run has done so far", async () => {
    await write({ queues: [{ name: "Orders", items: [{ data: { n: 1 } }, { reference: "b", priority: 90 }] }] });
    const file = await open();
    const { workItems } = file;

    const first = await workItems.take("Orders", signal);
    expect(first).toMatchObject({ reference: "b", attempt: 1 });
    expect((await read()).queues[0].items[1]).toMatchObject({ state: "in_progress" });
    await workItems.progress(undefined, "half", signal);
    expect((await read()).queues[0].items[1]).toMatchObject({ progress: "half" });
    await workItems.settle(undefined, { kind: "successful", outputs: { total: 1 } }, signal);
    expect((await read()).queues[0].items[1]).toMatchObject({ state: "successful", outputs: { total: 1 } });
    const added = await workItems.add("Orders", { data: { n: 3 }, deadline: "2030-01-01T00:00:00Z" }, signal);
    expect((await read()).queues[0].items[2]).toMatchObject({ id: added, state: "new", data: { n: 3 } });
    await file.close();

    expect(await readdir(folder)).toEqual(["q.json"]);
  });

  test("gives items that were left behind to the next run, by the queue's rules", async () => {
    const retry = { application: { maxRetries: 1, delayMs: 0 } };
    await write({ queues: [{ name: "Orders", retry, items: [{ reference: "a" }] }] });
    const first = await open();
    await first.workItems.take("Orders", signal);
    // As a process that is killed would leave it.
    const left = await read();
    await first.close();
    await write(left);

    const second = await open();
    const again = await second.workItems.take("Orders", signal);
    await second.close();

    expect(again).toMatchObject({ reference: "a", attempt: 2 });
    expect((await read()).queues[0].items[0]).toMatchObject({
      state: "abandoned",
      exception: { code: "WORK_ITEM_ABANDONED" },
      formerAttempts: [{ attempt: 1, outcome: "abandoned" }],
    });
  });

  test("keeps the queue's rules for exceptions, schemas and references", async () => {
    await write({
      queues: [
        {
          name: "Orders",
          uniqueReference: true,
          itemSchema: { required: ["n"] },
          retry: { application: { maxRetries: 1, delayMs: 0 } },
          items: [{ reference: "a", data: { n: 1 } }],
        },
      ],
    });
    const file = await open();
    const { workItems } = file;
    const end = async (type: "application" | "business") => {
      await workItems.take("Orders", signal);
      return (await workItems.settle(undefined, failed(type), signal)).state;
    };

    expect([await end("application"), await end("business")]).toEqual(["retried", "failed"]);
    await expect(workItems.add("Orders", { data: { n: 1 }, reference: "a" }, signal)).rejects.toMatchObject({
      code: "WORK_ITEM_REFERENCE_TAKEN",
    });
    await expect(workItems.add("Orders", { data: {}, reference: "b" }, signal)).rejects.toMatchObject({
      code: "WORK_ITEM_INVALID",
      details: { path: "data.n" },
    });
    await expect(workItems.take("Nothing", signal)).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
    await file.close();
  });

  test("is used by one run at a time; a run that died leaves it free", async () => {
    await write({ queues: [] });
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: "CLI_WORK_ITEMS_IN_USE", details: { pid: process.pid } });
    await first.close();
    await writeFile(join(folder, "q.json.lock"), "999999999");

    const next = await open();
    await next.close();

    expect(await readdir(folder)).toEqual(["q.json"]);
  });

  test.each([
    ["what is no JSON", '{"queues": secret', "CLI_FILE_UNREADABLE"],
    ["a queue without a name", { queues: [{}] }, "CLI_FILE_UNREADABLE"],
    ["a state that does not exist", { queues: [{ name: "a", items: [{ state: "done" }] }] }, "CLI_FILE_UNREADABLE"],
    ["a misspelled field", { queues: [{ name: "a", items: [{ refrence: "x" }] }] }, "CLI_FILE_UNREADABLE"],
  ])("is refused with %s, and left as it is", async (_, content, code) => {
    await write(content);
    const before = await readFile(join(folder, "q.json"), "utf8");

    const error = await open().catch((thrown: unknown) => thrown as Error);

    expect(error).toMatchObject({ code });
    expect(messageOf(error)).not.toContain("secret");
    expect(await readFile(join(folder, "q.json"), "utf8")).toBe(before);
    expect(await readdir(folder)).toEqual(["q.json"]);
  });

  test("has to be there, and to be a file", async () => {
    await expect(open()).rejects.toMatchObject({ code: "CLI_FILE_NOT_FOUND" });
    await expect(openWorkItemsFile("no/where.json", context)).rejects.toMatchObject({ code: "CLI_FILE_NOT_FOUND" });
    await expect(openWorkItemsFile("-", context)).rejects.toMatchObject({ code: "CLI_USAGE" });
    expect(await readdir(folder)).toEqual([]);
  });
});

test("without a file a workflow is told what to do", async () => {
  await expect(missingWorkItems().take("Orders", signal)).rejects.toMatchObject({ code: "CLI_WORK_ITEMS_MISSING" });
});
