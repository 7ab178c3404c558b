/** Replaces secrets by value wherever text or data leaves the process. */
export interface Masker {
  /** From now on this value never leaves unmasked. Values shorter than 4 characters are ignored: masking them would garble everything. */
  add(secret: string): void;
  text(text: string): string;
  /** A copy of JSON-like data with every string masked, object keys included. */
  data<T>(value: T): T;
  /** As `data`, and numbers that are secrets are masked, too: for values of workflows, where nobody counts on a number. */
  values<T>(value: T): T;
}

const MASK = "[secret]";
const SHORTEST = 4;

/** A masker that also knows the JSON-escaped, URL-encoded and base64 forms of each secret. */
export function createMasker(secrets: readonly string[] = []): Masker {
  const needles = new Set<string>();
  let ordered: string[] = [];

  function add(secret: string): void {
    if (secret.length < SHORTEST || needles.has(secret)) return;
    const base64 = Buffer.from(secret).toString("base64");
    for (const form of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret.toWellFormed()),
      base64,
    ]) {
      needles.add(form);
    }
    // Longest first, so that a secret that contains another one disappears whole.
    ordered = [...needles].toSorted((a, b) => b.length - a.length);
  }

  function text(input: string): string {
    let output = input;
    for (const needle of ordered) if (output.includes(needle)) output = output.replaceAll(needle, MASK);
    return output;
  }

  function masked(value: unknown, withNumbers: boolean): unknown {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return withNumbers && needles.has(String(value)) ? MASK : value;
    if (Array.isArray(value)) return value.map((item: unknown) => masked(item, withNumbers));
    if (value instanceof Date || typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), masked(item, withNumbers)]));
  }

  const data = <T>(value: T): T => (ordered.length === 0 ? value : (masked(value, false) as T));
  const values = <T>(value: T): T => (ordered.length === 0 ? value : (masked(value, true) as T));

  for (const secret of secrets) add(secret);
  return { add, text, data, values };
}
