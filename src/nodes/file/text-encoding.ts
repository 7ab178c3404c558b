import iconv from "iconv-lite";
import { lengthOf } from "../code-points.ts";
import { nodeErrors } from "../errors.ts";

/** What happens to characters that an encoding cannot hold, and to bytes that are none of its characters. */
export const ENCODING_ERRORS = ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace"] as const;

export interface TextStyle {
  /** Name as Python or the WHATWG know it: utf-8, utf-8-sig, utf-16, latin-1, cp1252 … */
  readonly encoding: string;
  readonly errors: (typeof ENCODING_ERRORS)[number];
}

const REPLACEMENT = "\uFFFD";

/**
 * Text of bytes; a byte order mark is skipped, line ends stay as they are.
 *
 * `xmlcharrefreplace` is for writing; here it counts as strict.
 *
 * @param what names the bytes in messages. Throws NODE_ENCODING_UNKNOWN, NODE_TEXT_NOT_DECODABLE.
 */
export function decodeText(bytes: Uint8Array, style: TextStyle, what: string): string {
  const { name } = codecOf(style.encoding);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = iconv.decode(buffer, name);
  if (!text.includes(REPLACEMENT)) return text;
  if (style.errors === "replace" || isExact(text, buffer, name)) return text;
  if (style.errors === "ignore") return text.replaceAll(REPLACEMENT, "");
  if (style.errors === "backslashreplace") return withByteEscapes(buffer, name);
  throw nodeErrors.NODE_TEXT_NOT_DECODABLE({ what, encoding: style.encoding });
}

/** A replacement character that the bytes really hold is no error. */
function isExact(text: string, buffer: Buffer, name: string): boolean {
  const spellings = /^utf[-_]?(16|32)$/.test(name) ? [`${name}le`, `${name}be`] : [name];
  return spellings.some((spelling) =>
    [false, true].some((addBOM) => iconv.encode(text, spelling, { addBOM }).equals(buffer)),
  );
}

/** Every byte that belongs to no character as `\xNN`. */
function withByteEscapes(buffer: Buffer, name: string): string {
  let result = "";
  let position = 0;
  while (position < buffer.length) {
    const length = characterLength(buffer, position, name);
    const character = length === 0 ? "" : iconv.decode(buffer.subarray(position, position + length), name);
    result += length === 0 ? `\\x${buffer.toString("hex", position, position + 1)}` : character;
    position += Math.max(1, length);
  }
  return result;
}

const LONGEST_CHARACTER = 4;

/** Bytes of the character that starts here; 0 when none does. */
function characterLength(buffer: Buffer, position: number, name: string): number {
  for (let length = 1; length <= LONGEST_CHARACTER && position + length <= buffer.length; length++) {
    const text = iconv.decode(buffer.subarray(position, position + length), name, { stripBOM: false });
    if (lengthOf(text) === 1 && text !== REPLACEMENT) return length;
  }
  return 0;
}

/**
 * Bytes of text.
 *
 * @param options.append leaves out the byte order mark, which only the start of a file may have.
 * @param options.what names the text in messages. Throws NODE_ENCODING_UNKNOWN, NODE_TEXT_NOT_ENCODABLE.
 */
export function encodeText(
  text: string,
  style: TextStyle,
  options: { readonly what: string; readonly append?: boolean },
): Buffer {
  const { name, mark } = codecOf(style.encoding);
  const addBOM = mark && options.append !== true;
  const isEncodable = (piece: string): boolean => {
    // Unicode holds all but lone surrogates, which are half a character.
    if (name.startsWith("utf")) return piece.isWellFormed();
    return iconv.decode(iconv.encode(piece, name), name) === piece;
  };
  const written = isEncodable(text)
    ? text
    : Array.from(text, (character) =>
        isEncodable(character) ? character : substitute(character, style, options.what),
      ).join("");
  return iconv.encode(written, name, { addBOM });
}

function substitute(character: string, { errors, encoding }: TextStyle, what: string): string {
  if (errors === "strict") throw nodeErrors.NODE_TEXT_NOT_ENCODABLE({ what, encoding });
  return SUBSTITUTE[errors](character.codePointAt(0) ?? 0);
}

const SUBSTITUTE: Readonly<Record<Exclude<TextStyle["errors"], "strict">, (code: number) => string>> = {
  ignore: () => "",
  replace: () => "?",
  xmlcharrefreplace: (code) => `&#${code};`,
  backslashreplace(code) {
    const hex = code.toString(16);
    if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
    return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  },
};

/** Name that iconv knows, and whether the encoding writes a byte order mark. */
function codecOf(encoding: string): { readonly name: string; readonly mark: boolean } {
  const wanted = encoding.trim().toLowerCase();
  if (/^utf[-_]?8[-_]?sig$/.test(wanted)) return { name: "utf-8", mark: true };
  // Encodings of iconv that are no character sets would turn text into something else.
  if (wanted === "" || /^(base64|hex|binary|internal|ucs2)$/.test(wanted) || !iconv.encodingExists(wanted)) {
    throw nodeErrors.NODE_ENCODING_UNKNOWN({ encoding });
  }
  return { name: wanted, mark: /^utf[-_]?(16|32)$/.test(wanted) };
}
