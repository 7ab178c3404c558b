import { parseArgs } from "node:util";

/** What is asked of a chaos run. */
export interface ChaosOptions {
  /** How long faults are injected and jobs offered. */
  readonly minutes: number;
  readonly jobs: number;
  readonly seed: number;
  readonly workers: number;
}

/** More than 100 000 in five minutes, with some to spare for what is still under way when the faults end. */
const JOBS_PER_MINUTE = 22_000;

/**
 * Reads the command line. Throws a RangeError that says what is wrong.
 *
 * @param freshSeed is used when none is given.
 */
export function readOptions(args: readonly string[], freshSeed: number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "5" },
      jobs: { type: "string" },
      seed: { type: "string" },
      workers: { type: "string", default: "4" },
    },
  });
  const minutes = readNumber("--minutes", values.minutes, { from: 0.1, to: 1_440, isWhole: false });
  return {
    minutes,
    jobs: readNumber("--jobs", values.jobs ?? String(Math.round(JOBS_PER_MINUTE * minutes)), {
      from: 1,
      to: 20_000_000,
      isWhole: true,
    }),
    seed: readNumber("--seed", values.seed ?? String(freshSeed), { from: 0, to: 4_294_967_295, isWhole: true }),
    workers: readNumber("--workers", values.workers, { from: 2, to: 32, isWhole: true }),
  };
}

function readNumber(
  name: string,
  text: string,
  limits: { readonly from: number; readonly to: number; readonly isWhole: boolean },
): number {
  const value = Number(text);
  const isFit = text.trim() !== "" && value >= limits.from && value <= limits.to;
  if (isFit && (!limits.isWhole || Number.isInteger(value))) return value;
  const kind = limits.isWhole ? "a whole number" : "a number";
  throw new RangeError(`${name} ${text} must be ${kind} from ${limits.from} to ${limits.to}`);
}
