import { z } from "zod";
import { nodeErrors } from "../errors.ts";

const sameSites = { none: "None", no_restriction: "None", lax: "Lax", strict: "Strict" } as const;

/** Also as browser extensions export them: sameSite in small letters or unspecified, expirationDate, more keys. */
const cookieSchema = z
  .object({
    name: z.string().min(1),
    value: z.string(),
    domain: z.string().min(1),
    path: z.string().default("/"),
    expires: z.number().optional(),
    expirationDate: z.number().optional(),
    httpOnly: z.boolean().optional(),
    secure: z.boolean().optional(),
    sameSite: z.string().nullish(),
  })
  .transform(({ expirationDate, expires = expirationDate, sameSite, httpOnly, secure, ...cookie }) => {
    const policy = sameSites[(sameSite ?? "").toLowerCase() as keyof typeof sameSites];
    return {
      ...cookie,
      ...(expires !== undefined && expires > 0 && { expires }),
      ...(httpOnly !== undefined && { httpOnly }),
      ...(secure !== undefined && { secure }),
      ...(policy !== undefined && { sameSite: policy }),
    };
  });

/** A cookie as the browser takes it. */
export type CookieToSet = z.output<typeof cookieSchema>;

/** Reads a JSON list of cookies. Throws NODE_VALUE_INVALID, without a word about their values. */
export function readCookies(text: string): CookieToSet[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and so a cookie.
    throw invalid("is no JSON; give what the export operation gave");
  }
  const read = z.array(cookieSchema).safeParse(data);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join(".") ?? "";
  throw invalid(`is no list of cookies with name, value and domain (wrong at ${where === "" ? "the top" : where})`);
}

function invalid(reason: string): Error {
  return nodeErrors.NODE_VALUE_INVALID({ parameter: "cookies_json", reason });
}
