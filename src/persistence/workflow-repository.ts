import sql, { empty, type Sql } from "sql-template-tag";
import { newId, type TenantId } from "../core/ids.ts";
import { type JsonValue, storableText } from "../core/json.ts";
import type { Database, Queryable } from "../database/index.ts";
import { decodeCursor, pageOf } from "./cursor.ts";
import { persistenceErrors } from "./errors.ts";
import type { WorkflowConcurrency, WorkflowRecord, WorkflowSummary } from "./records.ts";
import type { WorkflowDraft, WorkflowRepository } from "./repositories.ts";
import { isUuid } from "./row-ids.ts";

interface SummaryRow {
  readonly id: string;
  readonly tenant_id: number;
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly requires: string[];
  readonly concurrency_limit: number | null;
  readonly concurrency_on_limit: WorkflowConcurrency["onLimit"] | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface WorkflowRow extends SummaryRow {
  readonly document: JsonValue;
}

const SUMMARY = sql`w.tenant_id, w.id, v.version, v.name, v.description, v.requires,
  w.concurrency_limit, w.concurrency_on_limit, w.created_at, v.created_at as updated_at`;

/** Workflows in PostgreSQL: one row each, and one per version with the file as it was given. */
export function createWorkflowRepository(database: Database): WorkflowRepository {
  return {
    create: (tenantId, draft) =>
      database.withTransaction((transaction) => insertWorkflow(transaction, tenantId, draft)),

    update: (tenantId, id, draft, expectedVersion) =>
      database.withTransaction(async (transaction) => {
        const version = await nextVersion(transaction, { tenantId, id, expectedVersion });
        await insertVersion(transaction, { tenantId, id, version, draft });
        return required(await selectWorkflow(transaction, { tenantId, id }), id);
      }),

    get: (tenantId, id) => selectWorkflow(database, { tenantId, id }),

    getVersion: (tenantId, id, version) => selectVersion(database, { tenantId, id, version }),

    async summarize(tenantId, id, version) {
      return selectSummary(database, { tenantId, id, condition: version === undefined ? NEWEST : ofVersion(version) });
    },

    async list(tenantId, filter, page) {
      const before = page.cursor === undefined ? empty : sql`and w.id < ${decodeCursor(page.cursor)}::uuid`;
      const named = filter.name === undefined ? empty : sql`and v.name ilike ${containing(filter.name)}`;
      const rows = await database.query<SummaryRow>(sql`
        select ${SUMMARY}
        from workflow w
        join workflow_version v on v.tenant_id = w.tenant_id and v.workflow_id = w.id and v.version = w.version
        where w.tenant_id = ${tenantId} and w.deleted_at is null ${before} ${named}
        order by w.id desc
        limit ${page.limit + 1}`);
      return pageOf(rows.map(toSummary), page);
    },

    setConcurrency: (tenantId, id, concurrency) =>
      database.withTransaction(async (transaction) => {
        if (!isUuid(id)) return undefined;
        await transaction.query(sql`
          update workflow
          set concurrency_limit = ${concurrency?.limit}::int, concurrency_on_limit = ${concurrency?.onLimit}::text
          where tenant_id = ${tenantId} and id = ${id}::uuid and deleted_at is null`);
        // A statement of its own sees the version that the first may have waited for.
        return selectSummary(transaction, { tenantId, id, condition: NEWEST });
      }),

    delete: (tenantId, id, expectedVersion) =>
      database.withTransaction(async (transaction) => {
        if (!isUuid(id)) return false;
        const [row] = await transaction.query<{ version: number }>(sql`
          update workflow set deleted_at = now()
          where tenant_id = ${tenantId} and id = ${id}::uuid and deleted_at is null
          returning version`);
        if (row) refuseOutdated(id, row.version, expectedVersion);
        return row !== undefined;
      }),
  };
}

async function insertWorkflow(
  transaction: Queryable,
  tenantId: TenantId,
  draft: WorkflowDraft,
): Promise<WorkflowRecord> {
  const id = newId();
  await transaction.query(sql`
    insert into workflow (tenant_id, id, version, created_at, updated_at)
    values (${tenantId}, ${id}::uuid, 1, now(), now())`);
  await insertVersion(transaction, { tenantId, id, version: 1, draft });
  return required(await selectWorkflow(transaction, { tenantId, id }), id);
}

async function insertVersion(
  transaction: Queryable,
  entry: { readonly tenantId: TenantId; readonly id: string; readonly version: number; readonly draft: WorkflowDraft },
): Promise<void> {
  const { draft } = entry;
  await transaction.query(sql`
    insert into workflow_version (tenant_id, workflow_id, version, name, description, document, requires, created_at)
    values (${entry.tenantId}, ${entry.id}::uuid, ${entry.version}, ${storableText(draft.name)},
            ${storableText(draft.description)}, ${JSON.stringify(draft.document)}::json,
            ${draft.requires.map(storableText)}::text[], now())`);
}

/** Counts the version up under the row's lock, so that two writers never get the same one. */
async function nextVersion(
  transaction: Queryable,
  edit: { readonly tenantId: TenantId; readonly id: string; readonly expectedVersion: number | undefined },
): Promise<number> {
  const { tenantId, id, expectedVersion } = edit;
  if (!isUuid(id)) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId: id });
  const [row] = await transaction.query<{ version: number }>(sql`
    update workflow set version = version + 1, updated_at = now()
    where tenant_id = ${tenantId} and id = ${id}::uuid and deleted_at is null
    returning version`);
  if (!row) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId: id });
  refuseOutdated(id, row.version - 1, expectedVersion);
  return row.version;
}

/** Thrown inside the transaction, whose edit is thereby undone. */
function refuseOutdated(workflowId: string, version: number, expectedVersion: number | undefined): void {
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw persistenceErrors.WORKFLOW_STORE_CONFLICT({ workflowId, expectedVersion, version });
  }
}

async function selectWorkflow(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly id: string },
): Promise<WorkflowRecord | undefined> {
  return selectOne(db, key, NEWEST);
}

/** Also of a deleted workflow: jobs that were queued before still run it. */
async function selectVersion(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly id: string; readonly version: number },
): Promise<WorkflowRecord | undefined> {
  return selectOne(db, key, ofVersion(key.version));
}

const NEWEST = sql`v.version = w.version and w.deleted_at is null`;

function ofVersion(version: number): Sql {
  return Number.isInteger(version) && version >= 1 && version <= 2_147_483_647
    ? sql`v.version = ${version}`
    : sql`false`;
}

async function selectOne(
  db: Queryable,
  key: { readonly tenantId: TenantId; readonly id: string },
  condition: Sql,
): Promise<WorkflowRecord | undefined> {
  const [row] = await selectRows<WorkflowRow>(db, { ...key, columns: sql`${SUMMARY}, v.document`, condition });
  return row && { ...toSummary(row), document: row.document };
}

async function selectSummary(
  db: Queryable,
  wanted: { readonly tenantId: TenantId; readonly id: string; readonly condition: Sql },
): Promise<WorkflowSummary | undefined> {
  const [row] = await selectRows<SummaryRow>(db, { ...wanted, columns: SUMMARY });
  return row && toSummary(row);
}

async function selectRows<Row>(
  db: Queryable,
  wanted: { readonly tenantId: TenantId; readonly id: string; readonly columns: Sql; readonly condition: Sql },
): Promise<Row[]> {
  if (!isUuid(wanted.id)) return [];
  return db.query<Row>(sql`
    select ${wanted.columns}
    from workflow w
    join workflow_version v on v.tenant_id = w.tenant_id and v.workflow_id = w.id
    where w.tenant_id = ${wanted.tenantId} and w.id = ${wanted.id}::uuid and ${wanted.condition}`);
}

function required(record: WorkflowRecord | undefined, workflowId: string): WorkflowRecord {
  if (!record) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
  return record;
}

/** A LIKE pattern for "contains this text", whatever characters it has. */
function containing(text: string): string {
  return `%${storableText(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function viewConcurrency(row: SummaryRow): Pick<WorkflowSummary, "concurrency"> {
  const { concurrency_limit: limit, concurrency_on_limit: onLimit } = row;
  return limit === null || onLimit === null ? {} : { concurrency: { limit, onLimit } };
}

function toSummary(row: SummaryRow): WorkflowSummary {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    name: row.name,
    description: row.description,
    version: row.version,
    requires: row.requires,
    ...viewConcurrency(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
