import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { defineErrors } from "../core/errors.ts";
import { createMasker } from "../core/mask.ts";
import { createLogger, type LogDestination, type LoggerOptions } from "./create-logger.ts";

const testErrors = defineErrors({
  TEST_BROKEN: { status: 500, message: (d: { robotId: string }) => `Robot ${d.robotId} is broken` },
});

function collect(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const masker = createMasker(["hunter2"]);
  const destination: LogDestination = {
    write(line, done) {
      if (line !== "") lines.push(line);
      done?.();
    },
  };
  const log = createLogger({
    level: "info",
    masker,
    name: "robot",
    destination,
    clock: createManualClock(new Date("2026-01-01T12:30:01.123Z")),
    ...options,
  });
  const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, parsed, masker };
}

describe("createLogger", () => {
  test("writes one JSON object a line, with the time in ISO 8601", () => {
    const { log, lines } = collect();

    log.info({ jobId: "1", attempt: 2 }, "job leased");

    expect(lines).toEqual([
      '{"level":"info","time":"2026-01-01T12:30:01.123Z","name":"robot","jobId":"1","attempt":2,"msg":"job leased"}\n',
    ]);
  });

  test("writes nothing below its level", () => {
    const { log, parsed } = collect({ level: "warn" });

    log.debug({}, "a");
    log.info({}, "b");
    log.warn({}, "c");
    log.error({}, "d");

    expect(parsed().map(({ msg }) => msg)).toEqual(["c", "d"]);
  });

  test("can be silent", () => {
    const { log, lines } = collect({ level: "silent" });

    log.error({}, "nothing");

    expect(lines).toEqual([]);
  });

  test("a child adds its facts to every line; a line's own win", () => {
    const { log, parsed } = collect();

    log.child({ jobId: "1", attempt: 1 }).child({ nodeId: "n" }).info({ attempt: 2 }, "node started");

    expect(parsed()[0]).toMatchObject({ jobId: "1", nodeId: "n", attempt: 2 });
  });

  test("hides secrets in facts, keys, message and child facts, also those learnt after the child was made", () => {
    const { log, lines, masker } = collect();
    const child = log.child({ token: "learnt-later" });
    masker.add("learnt-later");
    masker.add("482915");

    child.info({ url: "https://u:hunter2@host", nested: [{ hunter2: "x" }], pin: 482_915 }, "typed hunter2");

    expect(lines.join("")).not.toMatch(/hunter2|learnt-later|482915/);
    expect(lines.join("")).toContain("[secret]");
  });

  test("writes errors with code, details and the chain of causes, masked", () => {
    const { log, parsed } = collect();
    const cause = new Error("password hunter2 refused", { cause: new TypeError("deepest") });

    log.error({ error: testErrors.TEST_BROKEN({ robotId: "r1" }, { cause }) }, "robot failed");

    expect(parsed()[0]?.["error"]).toEqual({
      type: "AppError",
      code: "TEST_BROKEN",
      message: "Robot r1 is broken",
      details: { robotId: "r1" },
      stack: expect.stringContaining("create-logger.test.ts"),
      causes: [
        { type: "Error", message: "password [secret] refused" },
        { type: "TypeError", message: "deepest" },
      ],
    });
  });

  test("a fact cannot take the place of the line's own fields", () => {
    const { log, parsed } = collect();

    log.info({ level: "error", time: "never", msg: "other", name: "somebody" }, "real");

    expect(parsed()[0]).toMatchObject({ level: "info", name: "robot", msg: "real", level_: "error", msg_: "other" });
  });

  test("never throws, whatever it is given", () => {
    const { log, parsed } = collect();
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    );

    log.info(circular, "circular");
    log.info(
      {
        hostile,
        deep: {
          getter: Object.defineProperty({}, "x", {
            enumerable: true,
            get: () => {
              throw new Error("no");
            },
          }),
        },
      },
      "hostile",
    );
    log.info(
      {
        big: 10n,
        when: new Date(Number.NaN),
        not: Number.NaN,
        bytes: new Uint8Array(3),
        map: new Map([["a", 1]]),
        set: new Set([1]),
        fn: () => 1,
        none: undefined,
        sym: Symbol("s"),
        url: new URL("http://x/"),
      },
      "odd",
    );
    log.info(null as never, "no facts");
    log.info(new Error("as facts"), "error as facts");

    expect(parsed()).toMatchObject([
      { self: "[circular]" },
      { hostile: "[unreadable]", deep: { getter: "[unreadable]" } },
      {
        big: "10",
        when: "[invalid date]",
        not: "NaN",
        bytes: "[3 bytes]",
        map: { a: 1 },
        set: [1],
        fn: "[function]",
        sym: "[symbol]",
        url: "http://x/",
      },
      { msg: "no facts" },
      { error: { message: "as facts" } },
    ]);
  });

  test("cuts endless texts, lists and depths, and only after masking", () => {
    const { log, parsed } = collect();
    const deep = JSON.parse(`${"[".repeat(30)}${"]".repeat(30)}`) as unknown;

    log.info(
      { text: `${"x".repeat(32_765)}hunter2`, list: Array.from({ length: 300 }, (_, index) => index), deep },
      "long",
    );

    const [line] = parsed();
    expect(String(line?.["text"])).toMatch(/x\[se… \(32773 characters\)$/);
    expect(line?.["list"]).toHaveLength(201);
    expect(JSON.stringify(line?.["deep"])).toContain("[too deep]");
  });

  test("survives a destination that throws or breaks", async () => {
    const broken: LogDestination = {
      write() {
        throw new Error("EPIPE");
      },
    };
    const { log } = collect({ destination: broken });
    const stream = new PassThrough();
    const onStream = collect({ destination: stream }).log;

    log.error({}, "lost");
    stream.destroy(new Error("reader has gone"));
    onStream.info({}, "lost too");

    await expect(log.flush()).resolves.toBeUndefined();
    await expect(onStream.flush()).resolves.toBeUndefined();
  });

  test("flush waits for a slow destination, but not for ever", async () => {
    const written: string[] = [];
    const slow: LogDestination = {
      write(line, done) {
        setImmediate(() => {
          written.push(line);
          done?.();
        });
      },
    };
    const { log } = collect({ destination: slow });
    log.info({}, "line");

    await log.flush();

    expect(written).toHaveLength(2);
    await expect(collect({ destination: { write: () => undefined } }).log.flush()).resolves.toBeUndefined();
  });

  test("writes one readable line for people", () => {
    const { log, lines } = collect({ format: "pretty" });

    log.warn(
      { jobId: "1", error: testErrors.TEST_BROKEN({ robotId: "r1" }, { cause: new Error("why") }) },
      "job failed",
    );

    expect(lines).toEqual([
      '12:30:01.123 WARN  robot: job failed  jobId=1 error="TEST_BROKEN: Robot r1 is broken <- Error: why"\n',
    ]);
  });
});
