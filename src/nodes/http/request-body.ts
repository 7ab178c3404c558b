import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { asText } from "../../execution/index.ts";
import { withQuery } from "./query-text.ts";

/**
 * The body as it is sent: text as it is, a dict as form fields where the content type says so, other data as JSON.
 *
 * @returns undefined for no body.
 */
export function bodyText(body: JsonValue | undefined, contentType: string): string | undefined {
  if (body === undefined || body === null || body === "") return undefined;
  if (isJsonObject(body) && /^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    return withQuery("", body).slice(1);
  }
  return asText(body);
}
