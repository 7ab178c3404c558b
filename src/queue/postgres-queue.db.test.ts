import { afterAll, beforeAll } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { describeLimits } from "./limits.suite.ts";
import { openPostgresHarness } from "./postgres-harness.suite.ts";
import { describeJobQueue } from "./queue.suite.ts";

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase({ maxConnections: 12 });
});
afterAll(() => opened.close());

describeJobQueue("PostgreSQL", () => openPostgresHarness(opened.database));
describeLimits("PostgreSQL", () => openPostgresHarness(opened.database));
