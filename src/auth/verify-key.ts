import type { Clock } from "../core/clock.ts";
import type { Queryable } from "../database/index.ts";
import { isUsable } from "./api-key.ts";
import { markUsed, selectKeyToVerify } from "./key-rows.ts";
import { parseKey, secretMatches } from "./key-text.ts";
import { PERMISSIONS_OF, type Principal } from "./principal.ts";

const USED_EVERY_MS = 60_000;

/** Whose key it is; undefined for what is no key, and for unknown, expired and revoked ones. */
export async function verifyKey(db: Queryable, text: string, clock: Clock): Promise<Principal | undefined> {
  const parts = parseKey(text);
  if (!parts) return undefined;
  const stored = await selectKeyToVerify(db, parts.id);
  if (!stored || !secretMatches(parts.secret, stored.secretHash)) return undefined;
  const { key } = stored;
  const now = clock.now();
  if (key.kind !== parts.kind || !isUsable(key, now)) return undefined;
  if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() >= USED_EVERY_MS) {
    await markUsed(db, { tenantId: key.tenantId, id: key.id, at: now });
  }
  return {
    tenantId: key.tenantId,
    kind: key.kind,
    keyId: key.id,
    keyName: key.name,
    permissions: PERMISSIONS_OF[key.kind],
  };
}
