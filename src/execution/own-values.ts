/**
 * Records whose keys come from files: read and written as own properties only.
 *
 * A node or variable may be called `constructor` or `__proto__`; neither may reach, or change, a prototype.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Sets an own property, whatever its name is. */
export function setOwn<T>(record: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  record[key] = value;
}
