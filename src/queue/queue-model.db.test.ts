import { afterAll, beforeAll } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { openPostgresHarness } from "./postgres-harness.suite.ts";
import { describeQueueModel } from "./queue-model.suite.ts";

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(() => opened.close());

describeQueueModel("PostgreSQL", () => openPostgresHarness(opened.database), { runs: 12, commands: 60 });
