import { executionErrors } from "./errors.ts";
import { type Token, tokenAt } from "./lexer.ts";
import { WORDS } from "./operators.ts";

/** A place in the tokens of an expression. */
export class TokenCursor {
  readonly source: string;
  /** Where the source stands in the text that messages speak of. */
  readonly offset: number;
  #token: Token;

  constructor(source: string, offset: number) {
    this.source = source;
    this.offset = offset;
    this.#token = tokenAt(source, 0, offset);
  }

  get token(): Token {
    return this.#token;
  }

  /** Where the token stands, for messages. */
  get at(): number {
    return this.offset + this.#token.start;
  }

  /** The token if it can be an operator. */
  get operator(): string | undefined {
    const token = this.#token;
    if (token.kind === "symbol") return token.value;
    return token.kind === "name" && WORDS.has(token.value) ? token.value : undefined;
  }

  advance(): void {
    this.jump(this.#token.end);
  }

  /** Goes on at this index of the source. */
  jump(position: number): void {
    this.#token = tokenAt(this.source, position, this.offset);
  }

  /** Is the token behind this one that name or symbol? */
  isFollowedBy(value: string): boolean {
    try {
      const next = tokenAt(this.source, this.#token.end, this.offset);
      return (next.kind === "name" || next.kind === "symbol") && next.value === value;
    } catch {
      // What is wrong there is reported when it is read.
      return false;
    }
  }

  isSymbol(value: string): boolean {
    return this.#token.kind === "symbol" && this.#token.value === value;
  }

  expect(symbol: string): void {
    if (!this.isSymbol(symbol)) this.fail(`${symbol} is missing before ${this.describe()}`);
    this.advance();
  }

  describe(): string {
    const { kind, start, end } = this.#token;
    return kind === "end" ? "the end" : JSON.stringify(this.source.slice(start, Math.min(end, start + 40)));
  }

  fail(reason: string): never {
    throw executionErrors.EXPRESSION_SYNTAX({ reason, position: this.at });
  }
}
