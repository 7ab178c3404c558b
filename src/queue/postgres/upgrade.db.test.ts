import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { migrate } from "../../database/index.ts";
import { createPostgresQueue } from "../postgres-queue.ts";

let opened: TestDatabase;
let directory: string;
beforeEach(async () => {
  opened = await openTestDatabase();
  directory = await mkdtemp(path.join(os.tmpdir(), "casare-migrations-"));
  await opened.database.query(sql`drop schema public cascade; create schema public`);
});
afterEach(async () => {
  await opened.close();
  await rm(directory, { recursive: true });
});

async function migrateUpTo(last: string): Promise<void> {
  for (const name of await readdir("migrations")) {
    if (name.slice(0, 4) <= last) await copyFile(path.join("migrations", name), path.join(directory, name));
  }
  await migrate(opened.database, { directory });
}

describe("an upgrade", () => {
  test("gives routes of before one lane for each urgency, and loses no waiting job", async () => {
    await migrateUpTo("0003");
    await opened.database.query(sql`
      insert into queue_route (tenant_id, id, digest, environment, requires)
      values (1, 1, 'a', 'default', '{}'), (1, 2, 'b', 'default', '{ocr}');
      insert into queue_job (tenant_id, id, line, created_at, route_id, priority, kind, payload)
      values (1, 1, 11, now(), 1, 50, 'first', '1'), (1, 2, 12, now(), 1, 90, 'urgent', '2'),
        (1, 3, 13, now(), 2, 50, 'labelled', '3');
      insert into queue_ready (tenant_id, line, lo, hi, ready_at, route_id, attempt, spared, priority)
      select tenant_id, line, id, id, created_at, route_id, 0, 0, priority from queue_job;
      select nextval('queue_job_id_block')`);

    await migrateUpTo("9999");

    const queue = createPostgresQueue({ database: opened.database, listen: false });
    await queue.enqueue(DEFAULT_TENANT, [{ kind: "new", payload: 4 }]);
    const { sessionId } = await queue.openSession({ tenantId: DEFAULT_TENANT, robotId: "r", leaseMs: 30_000 });
    const offer = { tenantId: DEFAULT_TENANT, sessionId, environment: "default", limit: 10 };
    const kinds = (await queue.claim({ ...offer, capabilities: [] })).map((job) => job.kind);
    expect(kinds).toEqual(["urgent", "first", "new"]);
    expect((await queue.claim({ ...offer, capabilities: ["ocr"] })).map((job) => job.kind)).toEqual(["labelled"]);
    expect(await queue.get(DEFAULT_TENANT, "3")).toMatchObject({ requires: ["ocr"], priority: 50 });
    expect(await opened.database.query(sql`select count(*)::int as lanes from queue_route`)).toEqual([{ lanes: 3 }]);
    await queue.close();
  });
});
