/** Behind a switch that handles every case: a new case breaks the build here, and a value from nowhere is a bug. */
export function neverReached(value: never): never {
  throw new TypeError(`Unexpected case: ${JSON.stringify(value)}`);
}
