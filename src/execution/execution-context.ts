import type { Plan } from "./plan.ts";
import type { RunOptions } from "./run-options.ts";
import { runPlan } from "./run-plan.ts";
import type { RunReport } from "./run-report.ts";
import type { RunState } from "./run-state.ts";

/**
 * One run of a plan as an object: the plan bound to its variables and capabilities, run once.
 *
 * `runPlan` does the same as a function.
 */
export class ExecutionContext {
  readonly plan: Plan;
  readonly #options: RunOptions;
  readonly #controller = new AbortController();
  #running: Promise<RunReport> | undefined;
  #lastState: RunState | undefined;

  constructor(plan: Plan, options: RunOptions = {}) {
    this.plan = plan;
    this.#options = options;
  }

  /** Runs the plan; a second call gives the same report. Rejects only for mistakes of the caller, as `runPlan`. */
  run(): Promise<RunReport> {
    this.#running ??= this.#start();
    return this.#running;
  }

  /** Stops the run: the node that runs is left at once, and the report says `cancelled`. */
  cancel(reason: unknown = new Error("cancelled")): void {
    this.#controller.abort(reason);
  }

  /** The last checkpoint, secrets included: `new ExecutionContext(plan, { resumeFrom: state })` goes on from it. Undefined before the first node. */
  get state(): RunState | undefined {
    return this.#lastState;
  }

  async #start(): Promise<RunReport> {
    const { signal, onCheckpoint } = this.#options;
    const onAbort = (): void => this.#controller.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await runPlan(this.plan, {
        ...this.#options,
        signal: this.#controller.signal,
        onCheckpoint: async (state) => {
          this.#lastState = state;
          await onCheckpoint?.(state);
        },
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
