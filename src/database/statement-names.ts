/** Texts seen this often are prepared; rarer ones would only fill the server's memory. */
const PREPARE_FROM_USE = 3;
const MAX_TRACKED_TEXTS = 2_000;
const MAX_NAMES = 500;

/**
 * Names for the statements that come again, so that the server parses and plans them once per connection.
 *
 * Bounded: statements with ever-changing text neither get a name nor push out those that have one.
 */
export class StatementNames {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /** Counts one use of the text. @returns the name to prepare it under, or undefined to send it unnamed. */
  nameFor(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) return undefined;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    this.#uses.delete(text);
    if (uses < PREPARE_FROM_USE) {
      this.#uses.set(text, uses);
      this.#forgetOldest();
      return undefined;
    }
    const name = `casare_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  #forgetOldest(): void {
    if (this.#uses.size <= MAX_TRACKED_TEXTS) return;
    const oldest = this.#uses.keys().next();
    if (!oldest.done) this.#uses.delete(oldest.value);
  }
}
