import { afterAll, beforeAll } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { describeLimits } from "./limits.suite.ts";
import { openPostgresHarness } from "./postgres-harness.suite.ts";
import { describeJobQueue } from "./queue.suite.ts";
import { describeStatistics } from "./statistics.suite.ts";
import { describeTidy } from "./tidy.suite.ts";

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase({ maxConnections: 12 });
});
afterAll(() => opened.close());

describeJobQueue("PostgreSQL", () => openPostgresHarness(opened.database));
describeLimits("PostgreSQL", () => openPostgresHarness(opened.database));
describeTidy("PostgreSQL", () => openPostgresHarness(opened.database));
describeStatistics("PostgreSQL", () => openPostgresHarness(opened.database));
