/** The first thing that is wrong with a JSON text. */
export interface JsonFault {
  readonly kind: "invalid" | "too-deep";
  readonly reason: string;
  /** Index in the text. */
  readonly position: number;
}

/** A key that occurs twice in one object; only its last value would be read. */
interface DuplicateKey {
  /** Of the object: `nodes`, `nodes.click_1.config`; "" for the file itself. */
  readonly path: string;
  readonly key: string;
  /** Index in the text of its second place. */
  readonly position: number;
}

export interface JsonScan {
  readonly fault: JsonFault | undefined;
  readonly duplicates: readonly DuplicateKey[];
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const MOST_DUPLICATES = 100;

/**
 * Reads a JSON text (RFC 8259) without building values, to tell where it is broken.
 *
 * `JSON.parse` tells the place only sometimes, and says nothing of keys that occur twice.
 */
export function scanJson(text: string, maxDepth: number): JsonScan {
  return new JsonScanner(text, maxDepth).scan();
}

/** Line and column, both from 1, of an index in a text. */
export function lineAndColumn(text: string, position: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, position).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

interface Container {
  readonly close: "]" | "}";
  readonly path: string;
  readonly keys: Set<string>;
  index: number;
  key: string;
}

/** A loop over a stack of its own, so that deep nesting cannot overflow the real one. */
class JsonScanner {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #open: Container[] = [];
  readonly #duplicates: DuplicateKey[] = [];
  #position = 0;
  #fault: JsonFault | undefined;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  scan(): JsonScan {
    while (this.#value() && this.#afterValue());
    return { fault: this.#fault, duplicates: this.#duplicates };
  }

  /** Reads a scalar, an empty container or the opening of one. False at a fault. */
  #value(): boolean {
    for (;;) {
      const character = this.#next();
      if (character !== "{" && character !== "[") return this.#scalar();
      if (this.#open.length >= this.#maxDepth) {
        return this.#fail(`it nests deeper than ${this.#maxDepth} levels`, "too-deep");
      }
      const close = character === "{" ? "}" : "]";
      const container = { close, path: this.#path(), keys: new Set<string>(), index: 0, key: "" } satisfies Container;
      this.#open.push(container);
      this.#position++;
      if (this.#next() === close) return true;
      if (close === "}" && !this.#key(container)) return false;
    }
  }

  /** Closes what ends here, and reads on to the next value. False at the end and at a fault. */
  #afterValue(): boolean {
    for (;;) {
      const container = this.#open.at(-1);
      const character = this.#next();
      if (container === undefined) return character === undefined ? false : this.#fail("there is more behind the end");
      if (character === container.close) {
        this.#open.pop();
        this.#position++;
        continue;
      }
      if (character !== ",") return this.#fail(`a comma or ${container.close} is missing`);
      this.#position++;
      container.index++;
      return container.close === "]" || this.#key(container);
    }
  }

  #key(container: Container): boolean {
    if (this.#next() !== '"') return this.#fail("a key in double quotes is missing");
    const start = this.#position;
    if (!this.#string()) return false;
    const key = JSON.parse(this.#text.slice(start, this.#position)) as string;
    if (container.keys.has(key) && this.#duplicates.length < MOST_DUPLICATES) {
      this.#duplicates.push({ path: container.path, key, position: start });
    }
    container.keys.add(key);
    container.key = key;
    if (this.#next() !== ":") return this.#fail("a colon is missing behind the key");
    this.#position++;
    return true;
  }

  #scalar(): boolean {
    const character = this.#next();
    if (character === '"') return this.#string();
    if (this.#match(NUMBER) || this.#match(WORD)) return true;
    if (character === undefined) return this.#fail("it ends too early");
    if (character === "'") return this.#fail("text needs double quotes");
    if (character === "}" || character === "]") return this.#fail("a value is missing; is there a comma too many?");
    return this.#fail("a value is expected here");
  }

  #string(): boolean {
    const start = this.#position;
    this.#position++;
    for (;;) {
      const character = this.#text[this.#position];
      if (character === '"') {
        this.#position++;
        return true;
      }
      if (character === "\\") {
        if (!this.#match(ESCAPE)) return this.#fail("this escape is not known; a backslash itself is written twice");
        continue;
      }
      if (character === undefined || character < " ") {
        // The end of the line is where people look for a missing quote, but its start is what has to be closed.
        this.#position = start;
        return this.#fail("the text that starts here is not closed before the end of the line");
      }
      this.#position++;
    }
  }

  /** Skips white space; undefined at the end. */
  #next(): string | undefined {
    this.#match(SPACE);
    return this.#text[this.#position];
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#position;
    if (!pattern.test(this.#text)) return false;
    this.#position = pattern.lastIndex;
    return true;
  }

  #path(): string {
    const parent = this.#open.at(-1);
    if (parent === undefined) return "";
    if (parent.close === "]") return `${parent.path}[${parent.index}]`;
    return parent.path === "" ? parent.key : `${parent.path}.${parent.key}`;
  }

  #fail(reason: string, kind: JsonFault["kind"] = "invalid"): false {
    this.#fault = { kind, reason, position: this.#position };
    return false;
  }
}
