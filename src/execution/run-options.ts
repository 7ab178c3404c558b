import type { Clock } from "../core/clock.ts";
import type { JsonValue } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";
import type { RunEvent } from "./run-events.ts";
import type { RunState } from "./run-state.ts";

/** Where nodes get what they declare in `needs`; asked lazily, at the first node that needs it and again for each node. */
export interface CapabilitySource {
  get(name: string): Promise<unknown>;
}

/** What one run is given; everything may be left out. */
export interface RunOptions {
  /** Values for the file's variables (they win over its defaults and are checked against the declared type) and further ones. */
  readonly variables?: Readonly<Record<string, JsonValue>> | undefined;
  readonly capabilities?: CapabilitySource | undefined;
  /** Cancels the run: the running node is left at once, the report says `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Limit of the whole run, milliseconds; 0 or absent for none. The report says `timed_out`. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
  /** The values of sensitive variables are added to it. */
  readonly masker?: Masker | undefined;
  /** Called synchronously, in order, with masked events. What it throws ends the run and rejects it. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Awaited after every node with a copy of the state, secrets included. What it throws ends the run and rejects it. */
  readonly onCheckpoint?: ((state: RunState) => Promise<void> | void) | undefined;
  /** Goes on from this checkpoint of the same plan; `variables` then only tell what has to be masked. */
  readonly resumeFrom?: RunState | undefined;
  /** Bytes of JSON that the report's `variables` may take; what does not fit is left out, largest first. Default 1 MiB. */
  readonly outputLimitBytes?: number | undefined;
}
