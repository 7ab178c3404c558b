import { authErrors } from "./errors.ts";
import type { Permission, Principal } from "./principal.ts";

/** Header values as Node gives them, names in lower case. */
export type AuthHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The key that a request carries in `Authorization: Bearer` or `X-API-Key`; undefined when it carries none, or several. */
export function presentedKey(headers: AuthHeaders): string | undefined {
  const { authorization, "x-api-key": apiKey } = headers;
  const bearer = typeof authorization === "string" ? /^Bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
  const plain = typeof apiKey === "string" && apiKey !== "" ? apiKey.trim() : undefined;
  if (bearer !== undefined && plain !== undefined && bearer !== plain) return undefined;
  return bearer ?? plain;
}

/**
 * Who sends the request.
 *
 * Rejects with AUTH_REQUIRED when the headers carry no key, AUTH_INVALID when they carry one that does not count.
 */
export async function authenticate(
  headers: AuthHeaders,
  verify: (text: string) => Promise<Principal | undefined>,
): Promise<Principal> {
  const text = presentedKey(headers);
  if (text === undefined) throw authErrors.AUTH_REQUIRED({});
  const principal = await verify(text);
  if (!principal) throw authErrors.AUTH_INVALID({});
  return principal;
}

/** Throws AUTH_FORBIDDEN when the principal lacks the permission. */
export function demand(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw authErrors.AUTH_FORBIDDEN({ kind: principal.kind, permission });
}
