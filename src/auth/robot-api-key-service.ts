import { z } from "zod";
import { type Clock, systemClock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";
import { type IssuedKey, isUsable, type RobotApiKey } from "./api-key.ts";
import { authErrors } from "./errors.ts";
import { expireKey, insertKey, lockKey, revokeKey, selectKeys } from "./key-rows.ts";
import type { KeyKind, Principal } from "./principal.ts";
import { verifyKey } from "./verify-key.ts";

const uuid = z.uuid();

/** Keys of robots: made, listed, rotated, revoked, verified. A face over this area's functions. */
export class RobotApiKeyService {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #kind: KeyKind;

  /** @param options.kind whose keys it manages; default "robot". `verify` knows all kinds. */
  constructor(options: { readonly database: Database; readonly clock?: Clock; readonly kind?: KeyKind }) {
    this.#database = options.database;
    this.#clock = options.clock ?? systemClock;
    this.#kind = options.kind ?? "robot";
  }

  /** Makes a key; its text is in the answer and nowhere else. @param options.expiresAt default never. */
  async create(tenantId: TenantId, options: { readonly name: string; readonly expiresAt?: Date }): Promise<IssuedKey> {
    return insertKey(this.#database, { tenantId, kind: this.#kind, createdAt: this.#clock.now(), ...options });
  }

  /** Newest first, the ended ones too. @param page.limit 1–250. Rejects with AUTH_CURSOR_INVALID. */
  async list(
    tenantId: TenantId,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly data: readonly RobotApiKey[]; readonly nextCursor?: string }> {
    if (page.cursor !== undefined && !uuid.safeParse(page.cursor).success) throw authErrors.AUTH_CURSOR_INVALID({});
    const rows = await selectKeys(this.#database, {
      tenantId,
      kind: this.#kind,
      limit: page.limit + 1,
      ...(page.cursor !== undefined && { before: page.cursor }),
    });
    const data = rows.slice(0, page.limit);
    const last = data.at(-1);
    return rows.length > page.limit && last ? { data, nextCursor: last.id } : { data };
  }

  /**
   * Makes a key of the same name and end in place of an old one.
   *
   * @param options.graceMs milliseconds for which the old key stays good beside the new one; default 0.
   * Rejects with AUTH_KEY_NOT_FOUND, and with AUTH_KEY_REVOKED when the old key has ended already.
   */
  async rotate(tenantId: TenantId, keyId: string, options: { readonly graceMs?: number } = {}): Promise<IssuedKey> {
    if (!uuid.safeParse(keyId).success) throw authErrors.AUTH_KEY_NOT_FOUND({ keyId });
    const now = this.#clock.now();
    return this.#database.withTransaction(async (transaction) => {
      const old = await lockKey(transaction, { tenantId, kind: this.#kind, id: keyId });
      if (!old) throw authErrors.AUTH_KEY_NOT_FOUND({ keyId });
      if (!isUsable(old, now)) throw authErrors.AUTH_KEY_REVOKED({ keyId });
      await expireKey(transaction, { tenantId, id: keyId, at: new Date(now.getTime() + (options.graceMs ?? 0)) });
      return insertKey(transaction, {
        tenantId,
        kind: old.kind,
        name: old.name,
        createdAt: now,
        ...(old.expiresAt && { expiresAt: old.expiresAt }),
      });
    });
  }

  /** Ends the key at once; again is fine. Rejects with AUTH_KEY_NOT_FOUND. */
  async revoke(tenantId: TenantId, keyId: string): Promise<RobotApiKey> {
    const key = uuid.safeParse(keyId).success
      ? await revokeKey(this.#database, { tenantId, kind: this.#kind, id: keyId, at: this.#clock.now() })
      : undefined;
    if (!key) throw authErrors.AUTH_KEY_NOT_FOUND({ keyId });
    return key;
  }

  /** Whose key it is; undefined for what is no key, and for unknown, expired and revoked ones. */
  async verify(text: string): Promise<Principal | undefined> {
    return verifyKey(this.#database, text, this.#clock);
  }
}
