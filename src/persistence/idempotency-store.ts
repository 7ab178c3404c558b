import sql from "sql-template-tag";
import { newId, type TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";

/** What makes two requests "the same": who, where, under which key; and what was asked. */
export interface KeyedRequest {
  readonly tenantId: TenantId;
  /** UUID of the API key that asks. */
  readonly keyId: string;
  readonly route: string;
  readonly key: string;
  readonly requestHash: Uint8Array;
}

/**
 * `claimed`: go on and `store` or `release`. `stored`: this was the answer. `in-flight`: somebody is at it.
 * `mismatch`: the key was used for another request.
 */
export type IdempotencyClaim =
  | { readonly kind: "claimed"; readonly owner: string }
  | { readonly kind: "stored"; readonly answer: Uint8Array }
  | { readonly kind: "in-flight" }
  | { readonly kind: "mismatch" };

/** Answers kept for requests that are sent again; one decision for all replicas. */
export interface IdempotencyStore {
  /** @param times.lockMs milliseconds after which a claim without an answer may be taken over. */
  claim(request: KeyedRequest, times: { readonly lockMs: number; readonly keepMs: number }): Promise<IdempotencyClaim>;
  /** Keeps the answer, unless another owner took over meanwhile. */
  store(request: KeyedRequest, owner: string, answer: Uint8Array): Promise<void>;
  /** Forgets the claim, so that the request may be tried again. */
  release(request: KeyedRequest, owner: string): Promise<void>;
  /** @returns how many rows went, at most `limit`. */
  deleteExpired(limit: number): Promise<number>;
}

interface StoredRow {
  readonly request_hash: Uint8Array;
  readonly answer: Uint8Array | null;
}

/** Keeps claims and answers in the table `idempotency`; the database stays the caller's to close. */
export function createIdempotencyStore(database: Database): IdempotencyStore {
  return {
    async claim(request, times) {
      for (;;) {
        const owner = await takeRow(database, request, times);
        if (owner !== undefined) return { kind: "claimed", owner };
        const row = await selectRow(database, request);
        // Released between the two statements: it is free again.
        if (!row) continue;
        if (Buffer.compare(row.request_hash, request.requestHash) !== 0) return { kind: "mismatch" };
        return row.answer ? { kind: "stored", answer: row.answer } : { kind: "in-flight" };
      }
    },

    async store(request, owner, answer) {
      await database.query(sql`
        update idempotency set answer = ${answer}
        where tenant_id = ${request.tenantId} and key_id = ${request.keyId}::uuid and route = ${request.route}
          and key = ${request.key} and owner = ${owner}::uuid`);
    },

    async release(request, owner) {
      await database.query(sql`
        delete from idempotency
        where tenant_id = ${request.tenantId} and key_id = ${request.keyId}::uuid and route = ${request.route}
          and key = ${request.key} and owner = ${owner}::uuid and answer is null`);
    },

    async deleteExpired(limit) {
      const rows = await database.query(sql`
        delete from idempotency
        where (tenant_id, key_id, route, key) in (
          select tenant_id, key_id, route, key from idempotency
          where expires_at <= now()
          limit ${limit} for update skip locked)
        returning 1`);
      return rows.length;
    },
  };
}

/** Inserts the row, or takes over one that has expired or whose owner has gone; undefined when neither is possible. */
async function takeRow(
  database: Database,
  request: KeyedRequest,
  times: { readonly lockMs: number; readonly keepMs: number },
): Promise<string | undefined> {
  const rows = await database.query<{ owner: string }>(sql`
    insert into idempotency (tenant_id, key_id, route, key, request_hash, owner, locked_until, expires_at)
    values (${request.tenantId}, ${request.keyId}::uuid, ${request.route}, ${request.key}, ${request.requestHash},
            ${newId()}::uuid, now() + ${times.lockMs}::float8 * interval '1 millisecond',
            now() + ${times.keepMs}::float8 * interval '1 millisecond')
    on conflict (tenant_id, key_id, route, key) do update
    set request_hash = excluded.request_hash, owner = excluded.owner, locked_until = excluded.locked_until,
        expires_at = excluded.expires_at, answer = null
    where idempotency.expires_at <= now()
       or (idempotency.answer is null and idempotency.locked_until <= now()
           and idempotency.request_hash = excluded.request_hash)
    returning owner`);
  return rows[0]?.owner;
}

async function selectRow(database: Database, request: KeyedRequest): Promise<StoredRow | undefined> {
  const [row] = await database.query<StoredRow>(sql`
    select request_hash, answer from idempotency
    where tenant_id = ${request.tenantId} and key_id = ${request.keyId}::uuid and route = ${request.route}
      and key = ${request.key}`);
  return row;
}
