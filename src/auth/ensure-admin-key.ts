import sql from "sql-template-tag";
import { type Clock, systemClock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";
import type { IssuedKey } from "./api-key.ts";
import { anyKeyExists, insertKey } from "./key-rows.ts";

/** First half of the advisory lock that lets one process at a time look for a tenant's first admin key. */
const ADMIN_KEY_LOCK = 28_004;

/**
 * Makes a tenant's first admin key.
 *
 * Of any number of processes that start at once, one gets the key. A tenant that ever had an admin key, even a revoked
 * one, gets none: a lost key is replaced on purpose, not by a restart.
 *
 * @returns the new key the first time, undefined ever after.
 */
export async function ensureAdminKey(
  database: Database,
  tenantId: TenantId,
  options: { readonly name?: string; readonly clock?: Clock } = {},
): Promise<IssuedKey | undefined> {
  const { name = "first admin key", clock = systemClock } = options;
  return database.withTransaction(async (transaction) => {
    await transaction.query(sql`select pg_advisory_xact_lock(${ADMIN_KEY_LOCK}::int, ${tenantId}::int)`);
    if (await anyKeyExists(transaction, tenantId, "admin")) return undefined;
    return insertKey(transaction, { tenantId, kind: "admin", name, createdAt: clock.now() });
  });
}
