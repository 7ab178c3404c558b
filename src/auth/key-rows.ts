import sql, { empty } from "sql-template-tag";
import { newId, type TenantId } from "../core/ids.ts";
import { storableText } from "../core/json.ts";
import type { Queryable } from "../database/index.ts";
import type { IssuedKey, RobotApiKey } from "./api-key.ts";
import { formatKey, hashSecret, keyPrefix, newSecret } from "./key-text.ts";
import type { KeyKind } from "./principal.ts";

interface KeyRow {
  readonly tenant_id: number;
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly prefix: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

const COLUMNS = sql`tenant_id, id, kind, name, prefix, created_at, expires_at, revoked_at, last_used_at`;

export interface KeyRequest {
  readonly tenantId: TenantId;
  readonly kind: KeyKind;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

export async function insertKey(db: Queryable, request: KeyRequest): Promise<IssuedKey> {
  const { tenantId, kind, createdAt, expiresAt } = request;
  const id = newId();
  const secret = newSecret();
  const name = storableText(request.name);
  const prefix = keyPrefix(kind, id);
  await db.query(sql`
    insert into api_key (tenant_id, id, kind, name, prefix, secret_hash, created_at, expires_at)
    values (${tenantId}, ${id}::uuid, ${kind}, ${name}, ${prefix}, ${hashSecret(secret)}, ${createdAt},
            ${expiresAt ?? null}::timestamptz)`);
  const key = { id, tenantId, kind, name, prefix, createdAt, ...(expiresAt && { expiresAt }) };
  return { key, text: formatKey({ kind, id, secret }) };
}

/** By id alone, because a presented key tells no tenant: this row does. */
export async function selectKeyToVerify(
  db: Queryable,
  id: string,
): Promise<{ readonly key: RobotApiKey; readonly secretHash: Uint8Array } | undefined> {
  const [row] = await db.query<KeyRow & { secret_hash: Uint8Array }>(sql`
    select ${COLUMNS}, secret_hash from api_key where id = ${id}::uuid`);
  return row && { key: toKey(row), secretHash: row.secret_hash };
}

/** Locks the row, so that two rotations of one key follow each other. */
export async function lockKey(
  transaction: Queryable,
  key: { readonly tenantId: TenantId; readonly kind: KeyKind; readonly id: string },
): Promise<RobotApiKey | undefined> {
  const [row] = await transaction.query<KeyRow>(sql`
    select ${COLUMNS} from api_key
    where tenant_id = ${key.tenantId} and id = ${key.id}::uuid and kind = ${key.kind}
    for update`);
  return row && toKey(row);
}

/** Newest first; `before` is the id of the last key of the page before. */
export async function selectKeys(
  db: Queryable,
  list: { readonly tenantId: TenantId; readonly kind: KeyKind; readonly before?: string; readonly limit: number },
): Promise<readonly RobotApiKey[]> {
  const before = list.before === undefined ? empty : sql`and id < ${list.before}::uuid`;
  const rows = await db.query<KeyRow>(sql`
    select ${COLUMNS} from api_key
    where tenant_id = ${list.tenantId} and kind = ${list.kind} ${before}
    order by id desc
    limit ${list.limit}`);
  return rows.map(toKey);
}

/** Ends the key at `at`, or earlier where it would have ended earlier. */
export async function expireKey(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly id: string; readonly at: Date },
): Promise<void> {
  await db.query(sql`
    update api_key set expires_at = least(expires_at, ${key.at}::timestamptz)
    where tenant_id = ${key.tenantId} and id = ${key.id}::uuid`);
}

/** A second revocation keeps the time of the first. */
export async function revokeKey(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly kind: KeyKind; readonly id: string; readonly at: Date },
): Promise<RobotApiKey | undefined> {
  const [row] = await db.query<KeyRow>(sql`
    update api_key set revoked_at = coalesce(revoked_at, ${key.at}::timestamptz)
    where tenant_id = ${key.tenantId} and id = ${key.id}::uuid and kind = ${key.kind}
    returning ${COLUMNS}`);
  return row && toKey(row);
}

export async function markUsed(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly id: string; readonly at: Date },
): Promise<void> {
  await db.query(sql`
    update api_key set last_used_at = ${key.at}
    where tenant_id = ${key.tenantId} and id = ${key.id}::uuid
      and (last_used_at is null or last_used_at < ${key.at})`);
}

export async function anyKeyExists(db: Queryable, tenantId: TenantId, kind: KeyKind): Promise<boolean> {
  const rows = await db.query(sql`select 1 from api_key where tenant_id = ${tenantId} and kind = ${kind} limit 1`);
  return rows.length > 0;
}

function toKey(row: KeyRow): RobotApiKey {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    kind: row.kind,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.created_at,
    ...(row.expires_at && { expiresAt: row.expires_at }),
    ...(row.revoked_at && { revokedAt: row.revoked_at }),
    ...(row.last_used_at && { lastUsedAt: row.last_used_at }),
  };
}
