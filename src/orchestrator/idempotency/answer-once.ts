import { messageOf } from "../../core/errors.ts";
import type { IdempotencyStore, KeyedRequest } from "../../persistence/index.ts";
import { orchestratorErrors } from "../errors.ts";
import type { OrchestratorLog } from "../log.ts";
import { type KeptAnswer, openAnswer, sealAnswer } from "./sealed-answer.ts";

/** Milliseconds after which a request whose process died may be tried again. */
const LOCK_MS = 60_000;
const KEEP_MS = 24 * 3_600_000;

export interface OnceParts {
  readonly store: IdempotencyStore;
  readonly log: OrchestratorLog;
  /** The caller's API key, which seals the kept answer. */
  readonly apiKey: string;
}

/**
 * Handles a request at most once per idempotency key.
 *
 * The same request again gets the first one's answer; another one with the same key is refused. A failed request keeps
 * nothing: it may be sent again.
 *
 * Rejects with IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_FLIGHT, or with what `handle` rejects with.
 */
export async function answerOnce(
  { store, log, apiKey }: OnceParts,
  request: KeyedRequest,
  handle: () => Promise<KeptAnswer>,
): Promise<KeptAnswer> {
  const claim = await store.claim(request, { lockMs: LOCK_MS, keepMs: KEEP_MS });
  switch (claim.kind) {
    case "mismatch":
      throw orchestratorErrors.IDEMPOTENCY_KEY_REUSED({ key: request.key });
    case "in-flight":
      throw orchestratorErrors.IDEMPOTENCY_IN_FLIGHT({ key: request.key });
    case "stored": {
      const kept = openAnswer(claim.answer, apiKey);
      return { ...kept, headers: { ...kept.headers, "idempotency-replayed": "true" } };
    }
    case "claimed":
      break;
  }
  const { owner } = claim;
  let answer: KeptAnswer;
  try {
    answer = await handle();
  } catch (error) {
    await tryTo(log, () => store.release(request, owner));
    throw error;
  }
  await tryTo(log, () => store.store(request, owner, sealAnswer(answer, apiKey)));
  return answer;
}

/** The request's own outcome counts; what is not noted down now is free again when the lock has run out. */
async function tryTo(log: OrchestratorLog, note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (error) {
    log.warn({ problem: messageOf(error) }, "outcome of an idempotent request not noted");
  }
}
