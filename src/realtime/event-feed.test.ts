import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import { createEventFeed, type EventFeed, type FeedOptions } from "./event-feed.ts";
import { admits, type FeedEvent } from "./event-filter.ts";
import type { EventSource, FeedReader } from "./feed-request.ts";
import { serverSentEvents } from "./server-sent-events.ts";

const never = new AbortController().signal;
const theirs = 2 as TenantId;

interface Bench {
  readonly feed: EventFeed<FeedEvent>;
  /** Stores events and tells the feed. */
  append(...types: readonly string[]): void;
  /** Stores an event without telling. */
  appendSilently(type: string, tenantId?: TenantId): void;
  gap(): void;
  failing: boolean;
  readonly errors: unknown[];
  readonly reads: { count: number };
}

async function openBench(options: Partial<FeedOptions<FeedEvent>> = {}): Promise<Bench> {
  const stored: (FeedEvent & { tenantId: TenantId })[] = [];
  const errors: unknown[] = [];
  const reads = { count: 0 };
  let notify: ((payload: string) => void) | undefined;
  let onGap: (() => void) | undefined;
  const events: EventSource<FeedEvent> = {
    async after(tenantId, seq, limit, filter = {}) {
      reads.count++;
      await nextTurn();
      if (bench.failing) throw new Error("out of reach");
      return stored
        .filter((event) => event.tenantId === tenantId && BigInt(event.seq) > BigInt(seq) && admits(filter, event))
        .slice(0, limit);
    },
    async latestSeq(tenantId) {
      if (bench.failing) throw new Error("out of reach");
      return stored.findLast((event) => event.tenantId === tenantId)?.seq ?? "0";
    },
  };
  const database: FeedOptions<FeedEvent>["database"] = {
    async listen(_channel, onNotify, gap) {
      notify = onNotify;
      onGap = gap;
      return { close: async () => undefined };
    },
  };
  const feed = await createEventFeed({
    database,
    events,
    channel: "c",
    pollMs: 60_000,
    onError: (error) => errors.push(error),
    ...options,
  });
  const bench: Bench = {
    feed,
    failing: false,
    errors,
    reads,
    append(...types) {
      for (const type of types) bench.appendSilently(type);
      notify?.(String(DEFAULT_TENANT));
    },
    appendSilently(type, tenantId = DEFAULT_TENANT) {
      stored.push({ seq: String(stored.length + 1), type, tenantId });
    },
    gap: () => onGap?.(),
  };
  return bench;
}

/** The next events of a reader, as text. */
async function take(events: AsyncGenerator<FeedEvent, void, void>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done || !value) break;
    taken.push(`${value.seq} ${value.type}`);
  }
  return taken;
}

describe("a reader", () => {
  test("gets what happens from now on", async () => {
    const bench = await openBench();
    bench.append("old");
    const { after, events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const first = take(events, 2);
    bench.append("new", "newer");

    expect(after).toBe("1");
    expect(await first).toEqual(["2 new", "3 newer"]);
    await bench.feed.close();
  });

  test("resumes behind the event it saw last and goes on live without a gap or a repetition", async () => {
    const bench = await openBench();
    for (let count = 0; count < 1_200; count++) bench.appendSilently("past");
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, after: "100", signal: never });

    const seen = await take(events, 1_000);
    bench.append("meanwhile");
    seen.push(...(await take(events, 101)));
    bench.append("live");
    seen.push(...(await take(events, 1)));

    const expected = Array.from({ length: 1_100 }, (_, index) => `${index + 101} past`);
    expect(seen).toEqual([...expected, "1201 meanwhile", "1202 live"]);
    await bench.feed.close();
  });

  test("that knows a number from the future starts at the newest", async () => {
    const bench = await openBench();
    bench.append("one");
    const { after, events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, after: "999", signal: never });
    const next = take(events, 1);
    bench.append("two");

    expect(after).toBe("1");
    expect(await next).toEqual(["2 two"]);
    await bench.feed.close();
  });

  test("gets only what it asked for, from the past and live", async () => {
    const bench = await openBench();
    bench.append("log", "job.created", "log");
    const { events } = await bench.feed.subscribe({
      tenantId: DEFAULT_TENANT,
      after: "0",
      types: ["job.created"],
      signal: never,
    });
    const seen = take(events, 2);
    await nextTurn();
    bench.append("log", "job.created");

    expect(await seen).toEqual(["2 job.created", "5 job.created"]);
    await bench.feed.close();
  });

  test("gets nothing of another tenant", async () => {
    const bench = await openBench();
    bench.appendSilently("foreign", theirs);
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, after: "0", signal: never });
    const seen = take(events, 1);
    bench.appendSilently("foreign", theirs);
    bench.append("own");

    expect(await seen).toEqual(["3 own"]);
    await bench.feed.close();
  });

  test("ends when its signal aborts, waiting or not", async () => {
    const bench = await openBench();
    const stop = new AbortController();
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: stop.signal });
    const waiting = take(events, 1);
    await nextTurn();
    stop.abort();

    expect(await waiting).toEqual([]);
    const late = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: stop.signal });
    expect(await take(late.events, 1)).toEqual([]);
    await bench.feed.close();
  });

  test("ends when the feed closes", async () => {
    const bench = await openBench();
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const waiting = take(events, 1);
    await nextTurn();

    await bench.feed.close();

    expect(await waiting).toEqual([]);
  });

  test("that falls too far behind is closed with where to go on, and others are not", async () => {
    const bench = await openBench({ bufferSize: 3 });
    let slowCalls = 0;
    const request = { tenantId: DEFAULT_TENANT, signal: never };
    const slow = await bench.feed.subscribe({ ...request, onSlow: () => slowCalls++ });
    const quick = await bench.feed.subscribe(request);
    const first = take(slow.events, 1);
    const all = take(quick.events, 6);
    await nextTurn();
    bench.append("a");
    expect(await first).toEqual(["1 a"]);
    for (const type of ["b", "c", "d", "e", "f"]) {
      bench.append(type);
      await nextTurn();
      await nextTurn();
    }

    expect(await all).toHaveLength(6);
    expect(slowCalls).toBe(1);
    await expect(slow.events.next()).rejects.toMatchObject({
      code: "REALTIME_SLOW_READER",
      details: { after: "1", behind: 3 },
    });
    await bench.feed.close();
  });
});

describe("the feed", () => {
  test("reads the table once per notification for all live readers", async () => {
    const bench = await openBench();
    const readers = await Promise.all(
      Array.from({ length: 20 }, () =>
        bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: new AbortController().signal }),
      ),
    );
    const seen = readers.map(({ events }) => take(events, 1));
    await nextTurn();
    bench.append("x");
    await Promise.all(seen);

    expect(bench.reads.count).toBe(1);
    await bench.feed.close();
  });

  test("looks by itself when notifications get lost", async () => {
    const bench = await openBench({ pollMs: 5 });
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const seen = take(events, 1);
    bench.appendSilently("lost");

    expect(await seen).toEqual(["1 lost"]);
    await bench.feed.close();
  });

  test("looks after its connection was gone", async () => {
    const bench = await openBench();
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const seen = take(events, 1);
    await nextTurn();
    bench.appendSilently("missed");
    bench.gap();

    expect(await seen).toEqual(["1 missed"]);
    await bench.feed.close();
  });

  test("reports a table out of reach and goes on with the next look", async () => {
    const bench = await openBench();
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const seen = take(events, 1);
    await nextTurn();
    bench.failing = true;
    bench.append("while down");
    await nextTurn();
    await nextTurn();
    bench.failing = false;
    bench.append("after");

    expect(await seen).toEqual(["1 while down"]);
    expect(bench.errors).toHaveLength(1);
    await bench.feed.close();
  });

  test("rejects a reader it cannot place, and takes it once it can", async () => {
    const bench = await openBench();
    bench.failing = true;
    await expect(bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never })).rejects.toThrow("out of reach");
    bench.failing = false;
    const { events } = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    bench.failing = true;
    await expect(events.next()).rejects.toThrow("out of reach");
    bench.failing = false;
    const again = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, after: "0", signal: never });
    const seen = take(again.events, 1);
    bench.append("x");

    expect(await seen).toEqual(["1 x"]);
    await bench.feed.close();
  });
});

/** Reads that many texts and leaves. */
async function read(reader: FeedReader<FeedEvent>, count: number, heartbeatMs = 60_000): Promise<string[]> {
  const stream = serverSentEvents(reader, { heartbeatMs, present: ({ type }) => ({ type }) });
  const texts: string[] = [];
  for await (const text of stream) {
    texts.push(text);
    if (texts.length === count) break;
  }
  return texts;
}

describe("server-sent events", () => {
  test("begin at once and number each event", async () => {
    const bench = await openBench();
    bench.append("a\nb");
    const reader = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, after: "0", signal: never });

    expect(await read(reader, 2)).toEqual(["retry: 2000\n: connected\n\n", 'id: 1\ndata: {"type":"a\\nb"}\n\n']);
    await bench.feed.close();
  });

  test("keep a silent connection alive with comments", async () => {
    const bench = await openBench();
    const reader = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });

    const texts = await read(reader, 3, 5);

    expect(texts.slice(1)).toEqual([": heartbeat\n\n", ": heartbeat\n\n"]);
    await bench.feed.close();
  });

  test("tell a reader that was too slow that it was, without the error's text", async () => {
    const bench = await openBench({ bufferSize: 1 });
    const reader = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const stream = serverSentEvents(reader, { heartbeatMs: 60_000, present: ({ type }) => ({ type }) });
    await stream.next();
    const first = stream.next();
    await nextTurn();
    bench.append("1", "2", "3");
    const seen: string[] = [];
    for (let part = await first; !part.done; part = await stream.next()) seen.push(part.value);

    expect(seen.at(-1)).toBe('event: closing\ndata: {"code":"REALTIME_SLOW_READER"}\n\n');
    await bench.feed.close();
  });

  test("end without a word when the feed closes", async () => {
    const bench = await openBench();
    const reader = await bench.feed.subscribe({ tenantId: DEFAULT_TENANT, signal: never });
    const reading = read(reader, 99);
    await nextTurn();
    await bench.feed.close();

    expect(await reading).toHaveLength(1);
  });
});
