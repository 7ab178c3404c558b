import { hasCode } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import type { HttpResponse } from "../../http/index.ts";
import { decodeText } from "../file/text-encoding.ts";
import { type ParsedJson, parseJsonText } from "../json-text.ts";

/**
 * Text of a response: in the encoding asked for, else in the one the server names if it is known, else UTF-8.
 *
 * Throws NODE_ENCODING_UNKNOWN for an encoding that was asked for.
 */
export function responseText({ body, headers }: HttpResponse, encoding: string): string {
  if (encoding !== "") return decodeText(body, { encoding, errors: "replace" }, "The response");
  const named = /charset\s*=\s*"?([^\s;"]+)/i.exec(headers["content-type"] ?? "")?.[1] ?? "utf-8";
  try {
    return decodeText(body, { encoding: named, errors: "replace" }, "The response");
  } catch (error) {
    if (!hasCode(error, "NODE_ENCODING_UNKNOWN")) throw error;
    return decodeText(body, { encoding: "utf-8", errors: "replace" }, "The response");
  }
}

const NO_JSON: ParsedJson = { data: null satisfies JsonValue, inexactNumbers: 0 };

/** Data of a response that is JSON by its type or looks; null for any other. */
export function responseJson(text: string, contentType: string): ParsedJson {
  if (!/[/+]json\b/i.test(contentType) && !/^\s*[[{]/.test(text)) return NO_JSON;
  try {
    return parseJsonText(text, "The response");
  } catch (error) {
    if (hasCode(error, "NODE_JSON_INVALID")) return NO_JSON;
    throw error;
  }
}
