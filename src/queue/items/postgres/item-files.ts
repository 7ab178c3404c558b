import sql from "sql-template-tag";
import { newId, type TenantId } from "../../../core/ids.ts";
import { storableText } from "../../../core/json.ts";
import type { Database, Queryable } from "../../../database/index.ts";
import { workItemErrors } from "../errors.ts";
import { MAX_FILES, tooManyFiles } from "../item-edits.ts";
import { isId } from "../page.ts";
import type { WorkItemFile } from "../work-item.ts";
import { FILE_COLUMNS, type FileRow, toFile } from "./item-rows.ts";

export async function addFile(
  database: Database,
  at: { readonly tenantId: TenantId; readonly itemId: string },
  file: Omit<WorkItemFile, "id" | "createdAt">,
): Promise<WorkItemFile> {
  const { tenantId, itemId } = at;
  if (!isId(itemId)) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
  return database.withTransaction(async (transaction) => {
    // The lock keeps two callers from adding the hundredth file each.
    const item = await transaction.query(sql`
      select 1 from work_item where tenant_id = ${tenantId} and id = ${itemId}::uuid for no key update`);
    if (item.length === 0) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
    const name = storableText(file.name);
    const [others] = await transaction.query<{ n: number }>(sql`
      select count(*)::int as n from work_item_file
      where tenant_id = ${tenantId} and item_id = ${itemId}::uuid and name <> ${name}`);
    if ((others?.n ?? 0) >= MAX_FILES) throw tooManyFiles();
    const rows = await transaction.query<FileRow>(sql`
      insert into work_item_file (tenant_id, id, item_id, name, content_type, size_bytes, sha256, created_at)
      values (${tenantId}, ${newId()}::uuid, ${itemId}::uuid, ${name}, ${storableText(file.contentType)},
              ${file.sizeBytes}::bigint, ${file.sha256}, now())
      on conflict (tenant_id, item_id, name) do update
      set content_type = excluded.content_type, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
          created_at = excluded.created_at
      returning ${FILE_COLUMNS}`);
    const [stored] = rows.map(toFile);
    if (stored === undefined) throw new TypeError("an upsert that returns its row returned none");
    return stored;
  });
}

export async function listFiles(db: Queryable, tenantId: TenantId, itemId: string): Promise<readonly WorkItemFile[]> {
  if (!isId(itemId)) return [];
  const rows = await db.query<FileRow>(sql`
    select ${FILE_COLUMNS} from work_item_file
    where tenant_id = ${tenantId} and item_id = ${itemId}::uuid
    order by name collate "C"`);
  return rows.map(toFile);
}

export async function removeFile(
  db: Queryable,
  at: { readonly tenantId: TenantId; readonly itemId: string },
  fileId: string,
): Promise<boolean> {
  if (!isId(at.itemId) || !isId(fileId)) return false;
  const rows = await db.query(sql`
    delete from work_item_file
    where tenant_id = ${at.tenantId} and item_id = ${at.itemId}::uuid and id = ${fileId}::uuid
    returning 1`);
  return rows.length > 0;
}
