import { InvalidArgumentError } from "commander";

/** For options that take a whole number of at least `min`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** For options that take seconds, with a fraction if need be. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0 || value > MAX_SECONDS) {
    throw new InvalidArgumentError(`It must be a number of seconds above 0, at most ${MAX_SECONDS}.`);
  }
  return value;
}

/** Longer timers do not exist: setTimeout counts to 2³¹ − 1 milliseconds. */
const MAX_SECONDS = 2_147_483;

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** For options that take one of these words and may be given several times. */
export function oneOrMoreOf<const Word extends string>(
  words: readonly Word[],
): (text: string, before: readonly Word[] | undefined) => readonly Word[] {
  return (text, before) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new InvalidArgumentError(`It must be one of ${words.join(", ")}.`);
    return [...(before ?? []), word];
  };
}

/** For options that take an instant with its offset from UTC. */
export function instant(text: string): string {
  if (!/[zZ]$|[+-]\d\d:?\d\d$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError("It must be a date and time with offset, such as 2026-01-31T12:00:00Z.");
  }
  return new Date(text).toISOString();
}
