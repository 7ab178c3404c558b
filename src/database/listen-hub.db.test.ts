import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { openTcpProxy } from "../../test/support/tcp-proxy.ts";
import type { AppError } from "../core/errors.ts";
import { planSessions } from "./connection-config.ts";
import { ListenHub } from "./listen-hub.ts";
import { openDatabase } from "./open-database.ts";

const APPLICATION = "listener under test";
const SOON = { timeout: 10_000 };

let opened: TestDatabase;
beforeEach(async () => {
  opened = await openTestDatabase();
});
afterEach(() => opened.close());

const notify = (channel: string, payload: string) =>
  opened.database.query(sql`select pg_notify(${channel}, ${payload})`);

async function sessions(): Promise<number> {
  const rows = await opened.database.query(sql`
    select 1 from pg_stat_activity where application_name = ${APPLICATION}`);
  return rows.length;
}

function endListener(): Promise<unknown> {
  return opened.database.query(sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${APPLICATION}`);
}

/** Collects notifications and lets a test wait for the next one. */
function collector() {
  const payloads: string[] = [];
  return { payloads, add: (payload: string) => void payloads.push(payload) };
}

describe("listen", () => {
  test("delivers each channel to its listeners over one connection", async () => {
    const database = openDatabase({ url: opened.url, applicationName: APPLICATION });
    const [a, b, also] = [collector(), collector(), collector()];
    await database.listen("channel_a", a.add);
    await database.listen("channel_a", also.add);
    await database.listen('Odd "channel"', b.add);

    await notify("channel_a", "1");
    await notify('Odd "channel"', "2");

    await expect.poll(() => [a.payloads, also.payloads, b.payloads], SOON).toEqual([["1"], ["1"], ["2"]]);
    expect(await sessions()).toBe(1);
    await database.close();
  });

  test("a closed subscription hears nothing more; the last one closes the connection", async () => {
    const database = openDatabase({ url: opened.url, applicationName: APPLICATION });
    const [gone, stays] = [collector(), collector()];
    const first = await database.listen("channel", gone.add);
    const second = await database.listen("channel", stays.add);

    await first.close();
    await first.close();
    await notify("channel", "after");

    await expect.poll(() => stays.payloads, SOON).toEqual(["after"]);
    expect(gone.payloads).toEqual([]);
    await second.close();
    await expect.poll(sessions, SOON).toBe(0);
    await database.listen("channel", gone.add);
    await notify("channel", "again");
    await expect.poll(() => gone.payloads, SOON).toEqual(["again"]);
    await database.close();
  });

  test("reconnects after the server ended its session, tells of the gap, and goes on", async () => {
    const database = openDatabase({ url: opened.url, applicationName: APPLICATION });
    const heard = collector();
    let gaps = 0;
    await database.listen("channel", heard.add, () => gaps++);

    await endListener();
    await expect.poll(() => gaps, SOON).toBe(1);
    await notify("channel", "after the gap");

    await expect.poll(() => heard.payloads, SOON).toEqual(["after the gap"]);
    await database.close();
  });

  test("keeps trying while the server is away, and reports each failure", async () => {
    const proxy = await openTcpProxy(Number(new URL(opened.url).port));
    const url = Object.assign(new URL(opened.url), { port: String(proxy.port) }).href;
    const errors: AppError[] = [];
    const database = openDatabase({ url, applicationName: APPLICATION, onError: (error) => errors.push(error) });
    let gaps = 0;
    await database.listen(
      "channel",
      () => undefined,
      () => gaps++,
    );

    proxy.sever();
    await expect.poll(() => errors.length, SOON).toBeGreaterThan(1);
    proxy.mend();
    await expect.poll(() => gaps, SOON).toBe(1);

    expect(errors[0]).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    await database.close();
    await proxy.close();
  });

  test("notices a connection that died without a word", async () => {
    const proxy = await openTcpProxy(Number(new URL(opened.url).port));
    const url = Object.assign(new URL(opened.url), { port: String(proxy.port) }).href;
    const plan = planSessions({
      url,
      applicationName: APPLICATION,
      connectTimeoutMs: 3_000,
      statementTimeoutMs: 0,
      idleInTransactionTimeoutMs: 0,
      sessionSettings: {},
    });
    const hub = new ListenHub({ plan, onError: () => undefined, checkEveryMs: 100, answerWithinMs: 1_000 });
    const heard = collector();
    let gaps = 0;
    await hub.listen("channel", heard.add, () => gaps++);

    proxy.freeze();
    // The frozen connections stay as dead as they are; the way is open for new ones.
    await expect.poll(() => proxy.accepted, SOON).toBeGreaterThan(1);
    proxy.mend();
    await expect.poll(() => gaps, SOON).toBeGreaterThan(0);
    await notify("channel", "after");

    await expect.poll(() => heard.payloads, SOON).toEqual(["after"]);
    await hub.close();
    await proxy.close();
  });

  test("rejects when the first connection cannot be made, and leaves nothing behind", async () => {
    const url = Object.assign(new URL(opened.url), { port: "1" }).href;
    const database = openDatabase({ url });

    await expect(database.listen("channel", () => undefined)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });

    await database.close();
  });

  test("close does not wait for a connection that is being made", async () => {
    const proxy = await openTcpProxy(Number(new URL(opened.url).port));
    proxy.freeze();
    const database = openDatabase({ url: Object.assign(new URL(opened.url), { port: String(proxy.port) }).href });
    const listening = database.listen("channel", () => undefined).catch((error: unknown) => error);
    await expect.poll(() => proxy.accepted, SOON).toBe(1);

    await database.close();

    expect(await listening).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    await proxy.close();
  });

  test("a listener that throws is reported and does not stop the others", async () => {
    const errors: AppError[] = [];
    const database = openDatabase({ url: opened.url, onError: (error) => errors.push(error) });
    const heard = collector();
    await database.listen("channel", () => {
      throw new Error("listener is broken");
    });
    await database.listen("channel", heard.add);

    await notify("channel", "1");

    await expect.poll(() => heard.payloads, SOON).toEqual(["1"]);
    expect(errors[0]).toMatchObject({ code: "DATABASE_LISTENER_FAILED", details: { channel: "channel" } });
    await database.close();
  });
});
