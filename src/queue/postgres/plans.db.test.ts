import sql, { raw, type Sql } from "sql-template-tag";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { acceptJobs } from "../accepted-job.ts";
import { createPostgresQueue } from "../postgres-queue.ts";
import { limitsWithParkedJobs } from "./admission.ts";
import { lockPassedDeadlines } from "./deadlines.ts";
import { promoteDueJobs, tenantsWithDueJobs } from "./delayed-jobs.ts";
import { endWaiting } from "./end-waiting.ts";
import { enqueueJobs } from "./enqueue-jobs.ts";
import { exchangeJobs } from "./exchange-jobs.ts";
import { findJob, listAttempts } from "./read-jobs.ts";
import { findRunning } from "./running-jobs.ts";
import { renewSession } from "./sessions.ts";

const TENANT = 1 as TenantId;
const lease = { tenantId: TENANT, jobId: "1", attempt: 1, sessionId: "1" };

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

let opened: TestDatabase;
/** EXPLAIN tells plans for any parameters since PostgreSQL 16. */
let isTold = false;
beforeAll(async () => {
  opened = await openTestDatabase();
  const queue = createPostgresQueue({ database: opened.database, listen: false });
  const jobs = Array.from({ length: 5_000 }, (_, n) => ({ kind: "k", payload: n, priority: n % 3 }));
  await queue.enqueue(TENANT, jobs);
  await queue.close();
  // Statistics of real tables: with those of empty ones every plan looks cheap.
  await opened.database.query(raw("analyze"));
  const [row] = await opened.database.query<{ version: number }>(
    sql`select current_setting('server_version_num')::int as version`,
  );
  isTold = (row?.version ?? 0) >= 160_000;
});
afterAll(() => opened.close());

/** The statement that a function sends first. */
async function statementOf(call: (db: Queryable) => Promise<unknown>): Promise<Sql> {
  const sent: Sql[] = [];
  const db: Queryable = {
    query: (statement) => {
      sent.push(statement);
      return Promise.resolve([]);
    },
  };
  // Without rows most functions cannot make an answer; the statement is what is wanted.
  await call(db).catch(() => undefined);
  const [statement] = sent;
  if (statement === undefined) throw new Error("no statement was sent");
  return statement;
}

/** Of these a tenant may have millions of rows. */
const LARGE = /^queue_(active|ready|job|done|session)/;

function readsWhole(node: PlanNode): boolean {
  const type = node["Node Type"];
  if (type === "Seq Scan" || type.startsWith("Bitmap") || type === "Hash Join") return true;
  const isScan = type.startsWith("Index") && LARGE.test(node["Relation Name"] ?? "");
  return isScan && !/\b(id|line)\b/.test(node["Index Cond"] ?? "");
}

/** The tables that the plan for any parameters reads as a whole, or all of a tenant. */
async function tablesReadWhole(statement: Sql): Promise<readonly string[]> {
  const [row] = await opened.database.query<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(
    raw(`explain (generic_plan, format json) ${statement.text}`),
  );
  const found: string[] = [];
  const look = (node: PlanNode): void => {
    if (readsWhole(node)) found.push(node["Relation Name"] ?? "?");
    for (const child of node.Plans ?? []) look(child);
  };
  for (const { Plan } of row?.["QUERY PLAN"] ?? []) look(Plan);
  return found;
}

const [job] = acceptJobs([{ kind: "k", payload: 1, idempotencyKey: "x" }]);
const failure = { code: "X", message: "x", errorClass: "cancelled" } as const;

beforeEach((context) => {
  if (!isTold) context.skip("EXPLAIN (GENERIC_PLAN) needs PostgreSQL 16");
});

describe("the hot statements find every row by an index, whatever their parameters are", () => {
  test.each<[string, (db: Queryable) => Promise<unknown>]>([
    [
      "enqueue",
      (db) =>
        enqueueJobs(db, TENANT, {
          jobs: job === undefined ? [] : [{ id: 1, routeId: 1, limitId: undefined, job }],
          wakeUp: "x",
        }),
    ],
    [
      "complete and claim",
      (db) =>
        exchangeJobs(db, {
          tenantId: TENANT,
          completions: [{ lease, resultText: "1" }],
          lanes: [{ routeId: 1, priority: 50, start: 0 }],
          asks: [{ sessionId: "1", seats: 1 }],
          ranges: 5,
        }),
    ],
    ["renew", (db) => renewSession(db, { tenantId: TENANT, sessionId: "1", leaseMs: 30_000, jobs: [lease] })],
    ["look before a failure is settled", (db) => findRunning(db, lease)],
    ["cancel a waiting job", (db) => endWaiting(db, TENANT, "1", { state: "cancelled", failure })],
    ["promote", (db) => promoteDueJobs(db, TENANT, 10)],
    ["tenants with due jobs", (db) => tenantsWithDueJobs(db)],
    ["limits with parked jobs", (db) => limitsWithParkedJobs(db)],
    ["passed deadlines", (db) => lockPassedDeadlines(db, 10)],
    ["get", (db) => findJob(db, TENANT, "1")],
    ["attempts", (db) => listAttempts(db, TENANT, "1")],
  ])("%s", async (_name, call) => {
    expect(await tablesReadWhole(await statementOf(call))).toEqual([]);
  });

  test("and a plan that reads a table as a whole would be seen", async () => {
    expect(await tablesReadWhole(sql`select * from queue_job where payload::text = ${"x"}`)).not.toEqual([]);
  });
});
