import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { IdempotencyClaim, IdempotencyStore } from "../../persistence/index.ts";
import { answerOnce } from "./answer-once.ts";
import { openAnswer, sealAnswer } from "./sealed-answer.ts";

const answer = { status: 201, headers: { location: "/x" }, body: "{}" };
const request = {
  tenantId: DEFAULT_TENANT,
  keyId: "k",
  route: "r",
  key: "key",
  requestHash: new Uint8Array(1),
};

function bench(claim: IdempotencyClaim, failing = false) {
  const noted: { stored?: Uint8Array; released?: boolean } = {};
  const warnings: string[] = [];
  const fail = (): void => {
    if (failing) throw new Error("out of reach");
  };
  const store: IdempotencyStore = {
    claim: async () => claim,
    async store(_request, _owner, sealed) {
      fail();
      noted.stored = sealed;
    },
    async release() {
      fail();
      noted.released = true;
    },
    deleteExpired: async () => 0,
  };
  const log = { debug() {}, info() {}, warn: (_: object, text: string) => void warnings.push(text), error() {} };
  return { noted, warnings, parts: { store, log, apiKey: "secret" } };
}

const never = async (): Promise<never> => {
  throw new Error("must not be done");
};

describe("answerOnce", () => {
  test("does what nobody has done and keeps the answer", async () => {
    const { parts, noted } = bench({ kind: "claimed", owner: "o" });

    expect(await answerOnce(parts, request, async () => answer)).toEqual(answer);
    expect(openAnswer(noted.stored ?? new Uint8Array(), "secret")).toEqual(answer);
  });

  test("answers what was answered before", async () => {
    const { parts } = bench({ kind: "stored", answer: sealAnswer(answer, "secret") });

    const replayed = await answerOnce(parts, request, never);

    expect(replayed).toEqual({ ...answer, headers: { location: "/x", "idempotency-replayed": "true" } });
  });

  test("refuses what is under way, and another request under the same key", async () => {
    await expect(answerOnce(bench({ kind: "in-flight" }).parts, request, never)).rejects.toMatchObject({
      code: "IDEMPOTENCY_IN_FLIGHT",
      status: 409,
      retryable: true,
    });
    await expect(answerOnce(bench({ kind: "mismatch" }).parts, request, never)).rejects.toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
      status: 422,
    });
  });

  test("lets a request that failed be sent again", async () => {
    const { parts, noted } = bench({ kind: "claimed", owner: "o" });

    await expect(answerOnce(parts, request, never)).rejects.toThrow("must not be done");
    expect(noted).toEqual({ released: true });
  });

  test("answers with what came of the request even when that cannot be noted", async () => {
    const done = bench({ kind: "claimed", owner: "o" }, true);
    const failed = bench({ kind: "claimed", owner: "o" }, true);

    expect(await answerOnce(done.parts, request, async () => answer)).toEqual(answer);
    await expect(answerOnce(failed.parts, request, never)).rejects.toThrow("must not be done");
    expect([...done.warnings, ...failed.warnings]).toHaveLength(2);
  });
});
