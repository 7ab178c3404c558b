import { AppError, messageOf } from "../core/errors.ts";
import type { AgentLog } from "./agent-log.ts";

const SHORTEST_MS = 1_000;
const LONGEST_MS = 5_000;

/**
 * How long to wait before asking for work again.
 *
 * @param emptyAnswers answers in a row that brought nothing, ≥ 1.
 * @param dice in [0, 1); spreads robots over ±20 %.
 */
export function idleDelayMs(emptyAnswers: number, dice: number): number {
  const fullMs = Math.min(LONGEST_MS, SHORTEST_MS * 1.5 ** (Math.min(emptyAnswers, 20) - 1));
  return Math.round(fullMs * (0.8 + 0.4 * dice));
}

/** What the loop needs. */
export interface ClaimLoopOptions {
  /** Jobs that may be asked for now: free slots when the robot may claim, else 0. */
  readonly wanted: () => number;
  /** Asks for at most that many and starts what it gets before it resolves. @returns how many it got. */
  readonly claim: (limit: number) => Promise<number>;
  readonly random: () => number;
  readonly log: AgentLog;
}

/** Asks for work whenever there is room for it; never more than one question is open. */
export interface ClaimLoop {
  /** Something changed (a free slot, work may have come in, a new intent): look again at once. */
  wake(): void;
  /** Resolves when no question is open any more. */
  stop(): Promise<void>;
}

/** Starts the loop; the caller stops it. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const stopping = new AbortController();
  let isWoken = false;
  let endPause: (() => void) | undefined;

  /** Without a limit it takes a wake-up. */
  async function rest(ms: number | undefined): Promise<void> {
    if (isWoken || stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function loop(): Promise<void> {
    let emptyAnswers = 0;
    while (!stopping.signal.aborted) {
      isWoken = false;
      const limit = options.wanted();
      if (limit <= 0) {
        await rest(undefined);
        continue;
      }
      // An answer may bring fewer than there are.
      if ((await ask(options, limit)) > 0) {
        emptyAnswers = 0;
        continue;
      }
      emptyAnswers = isWoken ? 1 : emptyAnswers + 1;
      await rest(idleDelayMs(emptyAnswers, options.random()));
    }
  }

  const running = loop();
  return {
    wake() {
      isWoken = true;
      endPause?.();
    },
    async stop() {
      stopping.abort();
      endPause?.();
      await running;
    },
  };
}

/** Never rejects: a question that failed brought nothing. */
async function ask(options: ClaimLoopOptions, limit: number): Promise<number> {
  try {
    return await options.claim(limit);
  } catch (error) {
    const code = error instanceof AppError ? error.code : undefined;
    options.log.warn({ code, problem: messageOf(error) }, "no answer to a claim");
    return 0;
  }
}
