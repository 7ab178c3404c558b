import type { JsonValue } from "../core/json.ts";
import { ownValue } from "./own-values.ts";
import type { ValueScope } from "./value-scope.ts";

/** A scope over fixed values; it is 2026-01-31, 08:30 UTC, and the dice show a half. */
export function scopeOf(values: Readonly<Record<string, JsonValue>> = {}): ValueScope {
  return {
    value: (name) => ownValue(values, name),
    output: () => undefined,
    names: () => Object.keys(values),
    explain: () => undefined,
    now: () => new Date("2026-01-31T08:30:00.000Z"),
    random: () => 0.5,
  };
}

/** The code of what the work throws, or "none"; anything but a coded error is thrown on. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
}
