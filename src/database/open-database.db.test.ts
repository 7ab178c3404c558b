import sql, { raw } from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { openTcpProxy } from "../../test/support/tcp-proxy.ts";
import type { AppError } from "../core/errors.ts";
import { openDatabase } from "./open-database.ts";
import { isUniqueViolation } from "./translate-error.ts";

const SOON = { timeout: 10_000 };

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
  await opened.database.query(sql`create table note (id int primary key, body text)`);
});
afterAll(() => opened.close());

/** What the promise rejects with; undefined when it resolves. */
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Ends all other sessions of the database, as a restart of the server would. */
async function endOtherSessions(applicationName: string): Promise<void> {
  await opened.database.query(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = ${applicationName} and pid <> pg_backend_pid()`);
}

describe("query", () => {
  test("gives big integers, numerics and dates as exact text, and instants as Date", async () => {
    const [row] = await opened.database.query(sql`
      select 9007199254740993::bigint as big, 1.10::numeric as exact, date '2026-03-29' as day,
             timestamptz '2026-03-29 01:30:00+01' as at, '{"a": [1]}'::jsonb as data`);

    expect(row).toEqual({
      big: "9007199254740993",
      exact: "1.10",
      day: "2026-03-29",
      at: new Date("2026-03-29T00:30:00Z"),
      data: { a: [1] },
    });
  });

  test("runs sessions in UTC, whatever the server's own time zone", async () => {
    const [row] = await opened.database.query(sql`select current_setting('TimeZone') as zone`);

    expect(row).toEqual({ zone: "UTC" });
  });

  test("of several statements in one text, gives the rows of the last", async () => {
    expect(await opened.database.query(sql`select 1 as one; select 2 as two`)).toEqual([{ two: 2 }]);
  });

  test("keeps the connection after an error of the statement", async () => {
    const database = openDatabase({ url: opened.url, maxConnections: 1 });
    const pid = () => database.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    const before = await pid();

    await expect(database.query(sql`select ${"text"}::int`)).rejects.toMatchObject({ code: "DATABASE_FAILED" });

    expect(await pid()).toEqual(before);
    await database.close();
  });

  test("reports a duplicate so that it can be recognised, without its values", async () => {
    const insert = sql`insert into note (id, body) values (${1}, ${"top secret"})`;
    await opened.database.query(insert);

    const error = await caught(opened.database.query(insert));

    expect(isUniqueViolation(error, "note_pkey")).toBe(true);
    expect(JSON.stringify(error)).not.toContain("top secret");
  });

  test("prepares a statement that comes again, and survives a migration that changes its result", async () => {
    const database = openDatabase({ url: opened.url, maxConnections: 1 });
    await database.query(sql`create table shape (id int); insert into shape values (1)`);
    const read = () => database.query(sql`select * from shape where id = ${1}`);
    for (let use = 0; use < 5; use++) await read();
    const prepared = await database.query(sql`select name from pg_prepared_statements`);
    await database.query(sql`alter table shape add column extra text default 'new'`);

    await expect(read()).rejects.toMatchObject({ code: "DATABASE_CONFLICT", retryable: true });

    expect(prepared).toHaveLength(1);
    expect(await read()).toEqual([{ id: 1, extra: "new" }]);
    await database.close();
  });

  test("gives up a statement that takes longer than the limit", async () => {
    const database = openDatabase({ url: opened.url, statementTimeoutMs: 50 });

    await expect(database.query(sql`select pg_sleep(10)`)).rejects.toMatchObject({
      code: "DATABASE_TIMED_OUT",
      details: { sqlstate: "57014" },
    });
    await database.close();
  });

  test("passes session settings on and works without prepared statements", async () => {
    const database = openDatabase({
      url: opened.url,
      maxConnections: 1,
      preparedStatements: false,
      sessionSettings: { plan_cache_mode: "force_generic_plan" },
    });
    const read = () => database.query(sql`select current_setting(${"plan_cache_mode"}) as mode`);

    for (let use = 0; use < 4; use++) expect(await read()).toEqual([{ mode: "force_generic_plan" }]);

    expect(await database.query(sql`select name from pg_prepared_statements`)).toEqual([]);
    await database.close();
  });
});

describe("the pool", () => {
  test("a session that the server ends fails its statement as retryable, and the next one works", async () => {
    const database = openDatabase({ url: opened.url, applicationName: "ended" });
    const running = database.query(sql`select pg_sleep(30)`);
    const outcome = caught(running);
    await expect
      .poll(
        () =>
          opened.database.query(sql`
      select 1 from pg_stat_activity where application_name = 'ended' and state = 'active'`),
        SOON,
      )
      .toHaveLength(1);

    await endOtherSessions("ended");

    expect(await outcome).toMatchObject({ code: "DATABASE_UNAVAILABLE", retryable: true });
    expect(await database.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await database.close();
  });

  test("tells of an idle connection that broke, and does not end the process", async () => {
    const errors: AppError[] = [];
    const database = openDatabase({ url: opened.url, applicationName: "idle", onError: (error) => errors.push(error) });
    await database.query(sql`select 1`);

    await endOtherSessions("idle");

    await expect.poll(() => errors, SOON).toMatchObject([{ code: "DATABASE_UNAVAILABLE" }]);
    await database.close();
  });

  test("notices a server that stopped answering, although the connection stays open", async () => {
    const proxy = await openTcpProxy(Number(new URL(opened.url).port));
    const url = new URL(opened.url);
    url.port = String(proxy.port);
    const database = openDatabase({ url: url.href, statementTimeoutMs: 1_000, silenceMs: 500 });
    await database.query(sql`select 1`);
    proxy.freeze();

    await expect(database.query(sql`select 1`)).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      details: { reason: "the server stopped answering" },
    });

    await database.close();
    await proxy.close();
  });

  test("says so when all connections stay in use", async () => {
    const database = openDatabase({ url: opened.url, maxConnections: 1, connectTimeoutMs: 2_000 });
    await database.withTransaction(async () => {
      await expect(database.query(sql`select 1`)).rejects.toMatchObject({
        code: "DATABASE_POOL_EXHAUSTED",
        retryable: true,
      });
    });
    await database.close();
  });

  test.each<{ change: Partial<Pick<URL, "port" | "password" | "pathname" | "search">>; code: string }>([
    { change: { port: "1" }, code: "DATABASE_UNAVAILABLE" },
    { change: { password: "wrong" }, code: "DATABASE_REFUSED" },
    { change: { pathname: "/nowhere" }, code: "DATABASE_REFUSED" },
    { change: { search: "?sslmode=no-verify" }, code: "DATABASE_REFUSED" },
  ])("$change is $code, and the password is not in the message", async ({ change, code }) => {
    const url = Object.assign(new URL(opened.url), change);
    const database = openDatabase({ url: url.href });

    const error = await caught(database.query(sql`select 1`));

    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(url.password);
    await database.close();
  });

  test.each(["mysql://root:hunter2@localhost/x", "hunter2"])("refuses the URL %s without showing it", (url) => {
    expect(() => openDatabase({ url })).toThrow(
      expect.objectContaining({ code: "DATABASE_URL_INVALID", message: expect.not.stringContaining("hunter2") }),
    );
  });
});

async function count(): Promise<number | undefined> {
  const [row] = await opened.database.query<{ count: number }>(sql`select count(*)::int as count from note`);
  return row?.count;
}

describe("withTransaction", () => {
  test("commits what it resolves with", async () => {
    const result = await opened.database.withTransaction(async (transaction) => {
      await transaction.query(sql`insert into note values (10, 'kept')`);
      return "done";
    });

    expect(result).toBe("done");
    expect(await opened.database.query(sql`select body from note where id = 10`)).toEqual([{ body: "kept" }]);
  });

  test("rolls back when the work rejects, and rejects with the same error", async () => {
    const before = await count();
    const problem = new Error("changed my mind");

    const running = opened.database.withTransaction(async (transaction) => {
      await transaction.query(sql`insert into note values (11, 'lost')`);
      throw problem;
    });

    await expect(running).rejects.toBe(problem);
    expect(await count()).toBe(before);
  });

  test("never reports success when a swallowed error made the commit a rollback", async () => {
    const before = await count();

    const running = opened.database.withTransaction(async (transaction) => {
      await transaction.query(sql`insert into note values (12, 'lost')`);
      await transaction.query(sql`select 1 / 0`).catch(() => undefined);
    });

    await expect(running).rejects.toMatchObject({
      code: "DATABASE_ROLLED_BACK",
      details: { reason: expect.any(String) },
    });
    expect(await count()).toBe(before);
  });

  test("runs statements one after the other, also when nobody waits for them", async () => {
    await opened.database.withTransaction(async (transaction) => {
      await Promise.all([20, 21, 22].map((id) => transaction.query(sql`insert into note values (${id}, 'many')`)));
      void transaction.query(sql`insert into note values (23, 'unawaited')`);
    });

    expect(await opened.database.query(sql`select id from note where id between 20 and 23`)).toHaveLength(4);
  });

  test("refuses a statement after its end", async () => {
    const kept = await opened.database.withTransaction(async (transaction) => transaction);

    await expect(kept.query(sql`select 1`)).rejects.toThrow(TypeError);
  });

  test("an error in it does not cost the connection, and the next user gets a clean one", async () => {
    const database = openDatabase({ url: opened.url, maxConnections: 1 });
    const failed = database.withTransaction((transaction) => transaction.query(sql`select 1 / 0`));
    await expect(failed).rejects.toMatchObject({ code: "DATABASE_FAILED" });

    expect(await database.query(sql`select now() = statement_timestamp() as outside`)).toEqual([{ outside: true }]);
    await database.close();
  });

  test("a connection lost in the middle is retryable, and nothing is kept", async () => {
    const before = await count();
    const database = openDatabase({ url: opened.url, applicationName: "torn" });

    const running = database.withTransaction(async (transaction) => {
      await transaction.query(sql`insert into note values (13, 'lost')`);
      await endOtherSessions("torn");
      await transaction.query(sql`select 1`);
    });

    await expect(running).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE", retryable: true });
    expect(await count()).toBe(before);
    expect(await database.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await database.close();
  });

  test("two that lock each other out: one wins, the other gets a retryable conflict", async () => {
    await opened.database.query(sql`insert into note values (30, 'a'), (31, 'b')`);
    const holding: (() => void)[] = [];
    const untilBothHold = () =>
      new Promise<void>((resolve) => {
        holding.push(resolve);
        if (holding.length === 2) for (const goOn of holding) goOn();
      });
    const lockBoth = (first: number, second: number) =>
      opened.database.withTransaction(async (transaction) => {
        await transaction.query(sql`select 1 from note where id = ${first} for update`);
        await untilBothHold();
        await transaction.query(sql`select 1 from note where id = ${second} for update`);
      });

    const outcomes = await Promise.allSettled([lockBoth(30, 31), lockBoth(31, 30)]);

    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect(failure?.reason).toMatchObject({ code: "DATABASE_CONFLICT", retryable: true });
  });

  test("has its own statement limit", async () => {
    const database = openDatabase({ url: opened.url, statementTimeoutMs: 500 });

    const slow = database.withTransaction((transaction) => transaction.query(sql`select pg_sleep(0.7)`), {
      statementTimeoutMs: 0,
    });

    await expect(slow).resolves.toHaveLength(1);
    await expect(database.query(sql`select pg_sleep(5)`)).rejects.toMatchObject({ code: "DATABASE_TIMED_OUT" });
    await database.close();
  });

  test("refuses writes where the server is read-only", async () => {
    const running = opened.database.withTransaction(async (transaction) => {
      await transaction.query(sql`set transaction read only`);
      await transaction.query(sql`insert into note values (14, 'no')`);
    });

    await expect(running).rejects.toMatchObject({ code: "DATABASE_READ_ONLY" });
  });
});

describe("close", () => {
  test("waits for running statements, then refuses new ones", async () => {
    const database = openDatabase({ url: opened.url });
    const running = database.query(sql`select pg_sleep(1), 1 as one`);
    await expect
      .poll(
        () =>
          opened.database.query(sql`
      select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep(1)%' and pid <> pg_backend_pid()`),
        SOON,
      )
      .not.toHaveLength(0);

    await database.close();

    expect(await running).toMatchObject([{ one: 1 }]);
    await expect(database.query(sql`select 1`)).rejects.toMatchObject({ code: "DATABASE_CLOSED" });
    await expect(database.listen("x", () => undefined)).rejects.toMatchObject({ code: "DATABASE_CLOSED" });
  });

  test("cuts what takes longer than the limit", async () => {
    const database = openDatabase({ url: opened.url });
    const outcome = caught(database.query(sql`select pg_sleep(60)`));
    await database.query(sql`select 1`);

    await database.close(50);

    expect(await outcome).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  });

  test("also cuts those that still wait for a connection", async () => {
    const database = openDatabase({ url: opened.url, maxConnections: 1, statementTimeoutMs: 0 });
    const outcomes = Promise.allSettled([1, 2, 3].map(() => database.query(sql`select pg_sleep(60)`)));

    await database.close(0);

    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  test("may be called twice", async () => {
    const database = openDatabase({ url: opened.url });

    await Promise.all([database.close(), database.close()]);

    await expect(database.query(raw("select 1"))).rejects.toMatchObject({ code: "DATABASE_CLOSED" });
  });
});
