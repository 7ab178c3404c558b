/** Values that need no variable: `{{$now}}`, `{{$currentDate}}` … All in UTC. */
const SYSTEM_VALUES: Readonly<Record<string, (now: Date) => string | number>> = {
  $now: (now) => now.toISOString(),
  $today: (now) => now.toISOString().slice(0, 10),
  $currentDate: (now) => now.toISOString().slice(0, 10),
  $currentTime: (now) => now.toISOString().slice(11, 19),
  $currentDateTime: (now) => now.toISOString(),
  $timestamp: (now) => Math.floor(now.getTime() / 1000),
};

/** Names of the system values, `$` included. */
export const SYSTEM_NAMES: readonly string[] = Object.keys(SYSTEM_VALUES);

/** @param name one of `SYSTEM_NAMES`; undefined for any other. `$timestamp` is in seconds. */
export function systemValue(name: string, now: Date): string | number | undefined {
  return Object.hasOwn(SYSTEM_VALUES, name) ? SYSTEM_VALUES[name]?.(now) : undefined;
}
