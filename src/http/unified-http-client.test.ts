import { afterEach, describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { httpErrors } from "./errors.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
import { getUnifiedHttpClient, UnifiedHttpClient, type UnifiedHttpClientOptions } from "./unified-http-client.ts";

const open: UnifiedHttpClient[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

const answer = (status: number): HttpResponse => ({ status, headers: {}, body: new Uint8Array(), url: "" });
const refused = httpErrors.HTTP_REFUSED({ target: "GET http://a" });

/** A client whose requests end when the test says so. */
function setUp(options: UnifiedHttpClientOptions = {}) {
  const sent: HttpRequest[] = [];
  const pending: { resolve: (response: HttpResponse) => void; reject: (error: unknown) => void }[] = [];
  const inner: HttpClient = {
    send(request) {
      sent.push(request);
      return new Promise((resolve, reject) => {
        pending.push({ resolve, reject });
        const abort = (): void => reject(httpErrors.HTTP_ABORTED({ target: "x" }));
        if (request.signal?.aborted) abort();
        request.signal?.addEventListener("abort", abort);
      });
    },
  };
  const clock = createManualClock();
  const client = new UnifiedHttpClient({ client: inner, clock, ...options });
  open.push(client);

  /** One request that ends like this. */
  async function exchange(outcome: number | Error, url = "http://a/x"): Promise<unknown> {
    const running = client.get(url).catch((error: unknown) => error);
    await Promise.resolve();
    await expect.poll(() => pending.length).toBeGreaterThan(0);
    const request = pending.shift();
    if (typeof outcome === "number") request?.resolve(answer(outcome));
    else request?.reject(outcome);
    return running;
  }
  return { client, clock, sent, pending, exchange };
}

describe("the circuit of a server", () => {
  test("opens after five failures in a row, for a minute, and closes after two successes", async () => {
    const { client, clock, sent, exchange } = setUp();
    for (const outcome of [refused, 500, 503, refused]) await exchange(outcome);
    expect(client.circuitState("http://a/")).toBe("closed");
    await exchange(502);

    expect(client.circuitState("http://a/other?x")).toBe("open");
    await expect(client.get("http://a/x")).rejects.toMatchObject({
      code: "HTTP_CIRCUIT_OPEN",
      retryable: true,
      details: { failures: 5, retryInMs: 60_000 },
    });
    expect(sent).toHaveLength(5);

    clock.advance(60_000);
    await exchange(200);
    expect(client.circuitState("http://a/")).toBe("half-open");
    await exchange(200);
    expect(client.circuitState("http://a/")).toBe("closed");
  });

  test("is its own: other servers are not touched", async () => {
    const { client, exchange } = setUp({ circuit: { failuresToOpen: 1 } });
    await exchange(refused, "http://a/x");

    expect(client.circuitState("http://a:81/")).toBe("closed");
    expect(await exchange(200, "http://b/x")).toMatchObject({ status: 200 });
  });

  test("says nothing about requests that were wrong or were aborted, nor about answers that say no", async () => {
    const { client, exchange } = setUp({ circuit: { failuresToOpen: 1 } });

    for (const outcome of [
      404,
      429,
      httpErrors.HTTP_ABORTED({ target: "x" }),
      httpErrors.HTTP_REQUEST_INVALID({ target: "x", problem: "y" }),
    ]) {
      await exchange(outcome);
    }

    expect(client.circuitState("http://a/")).toBe("closed");
  });
});

describe("one host", () => {
  test("gets only so many requests at a time; the others wait in order and other hosts do not", async () => {
    const { client, sent, pending } = setUp({ maxConcurrentPerHost: 2 });
    const urls = ["http://a/1", "http://a/2", "http://a/3", "http://a/4", "http://b/1"];
    const running = Promise.allSettled(urls.map((url) => client.get(url)));
    await expect.poll(() => sent.map(({ url }) => url)).toEqual(["http://a/1", "http://a/2", "http://b/1"]);

    pending[0]?.resolve(answer(200));
    await expect.poll(() => sent.at(-1)?.url).toBe("http://a/3");
    pending[1]?.reject(refused);
    await expect.poll(() => sent.at(-1)?.url).toBe("http://a/4");

    for (const request of pending) request.resolve(answer(200));
    const outcomes = await running;
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  });

  test("the time in the queue counts, and a request that leaves it gives its place on", async () => {
    const { client, sent, pending } = setUp({ maxConcurrentPerHost: 1 });
    const first = client.get("http://a/1");
    const impatient = client.get("http://a/2", { timeoutMs: 20 }).catch((error: unknown) => error);
    const third = client.get("http://a/3");

    expect(await impatient).toMatchObject({ code: "HTTP_TIMED_OUT" });
    pending[0]?.resolve(answer(200));
    await expect.poll(() => sent.map(({ url }) => url)).toEqual(["http://a/1", "http://a/3"]);
    pending[1]?.resolve(answer(200));

    await Promise.all([first, third]);
  });
});

describe("requests", () => {
  test("that may be repeated are retried, the others are not", async () => {
    const { client, sent, pending } = setUp();
    const running = [
      client.get("http://a/"),
      client.put("http://a/", "x"),
      client.delete("http://a/"),
      client.post("http://a/", "x"),
      client.send({ method: "PATCH", url: "http://a/" }),
      client.send({ method: "GET", url: "http://a/", retries: 7 }),
    ];
    await expect.poll(() => pending).toHaveLength(6);
    for (const request of pending) request.resolve(answer(200));
    await Promise.all(running);

    expect(sent.map(({ retries }) => retries)).toEqual([2, 2, 2, 0, 0, 7]);
  });
});

describe("close", () => {
  test("aborts what runs and what waits, and refuses the rest", async () => {
    const { client } = setUp({ maxConcurrentPerHost: 1 });
    const outcomes = Promise.allSettled([client.get("http://a/1"), client.get("http://a/2")]);

    await client.close();

    expect(await outcomes).toMatchObject([{ reason: { code: "HTTP_ABORTED" } }, { reason: { code: "HTTP_ABORTED" } }]);
    await expect(client.get("http://a/")).rejects.toMatchObject({ code: "HTTP_CLIENT_CLOSED" });
  });
});

describe("getUnifiedHttpClient", () => {
  test("gives one client to the whole process, and a new one after it was closed", async () => {
    const first = getUnifiedHttpClient();
    expect(getUnifiedHttpClient()).toBe(first);

    await first.close();
    const second = getUnifiedHttpClient();

    expect(second).not.toBe(first);
    await second.close();
  });
});
