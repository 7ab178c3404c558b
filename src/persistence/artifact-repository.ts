import sql from "sql-template-tag";
import { newId, type TenantId } from "../core/ids.ts";
import { storableText } from "../core/json.ts";
import type { Database } from "../database/index.ts";
import type { ArtifactRecord } from "./records.ts";
import type { ArtifactRepository } from "./repositories.ts";
import { isBigint, isUuid } from "./row-ids.ts";

interface ArtifactRow {
  readonly id: string;
  readonly tenant_id: number;
  readonly job_id: string;
  readonly attempt: number;
  readonly name: string;
  readonly content_type: string;
  readonly size_bytes: string;
  readonly sha256: string;
  readonly created_at: Date;
}

const COLUMNS = sql`tenant_id, id, job_id::text, attempt, name, content_type, size_bytes::text, sha256, created_at`;

/** What is known of the files that jobs left behind; the bytes lie in a `BlobStore`. */
export function createArtifactRepository(database: Database): ArtifactRepository {
  return {
    async add(artifact) {
      const rows = await database.query<ArtifactRow>(sql`
        insert into artifact (tenant_id, id, job_id, attempt, name, content_type, size_bytes, sha256, created_at)
        values (${artifact.tenantId}, ${newId()}::uuid, ${artifact.jobId}::bigint, ${artifact.attempt},
                ${storableText(artifact.name)}, ${storableText(artifact.contentType)},
                ${artifact.sizeBytes}::bigint, ${artifact.sha256}, now())
        on conflict (tenant_id, job_id, attempt, name) do update
        set content_type = excluded.content_type, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
            created_at = excluded.created_at
        returning ${COLUMNS}`);
      const [stored] = rows.map(toArtifact);
      if (!stored) throw new TypeError("an upsert that returns its row returned none");
      return stored;
    },

    async list(tenantId, jobId) {
      if (!isBigint(jobId)) return [];
      const rows = await database.query<ArtifactRow>(sql`
        select ${COLUMNS} from artifact
        where tenant_id = ${tenantId} and job_id = ${jobId}::bigint
        order by attempt, name`);
      return rows.map(toArtifact);
    },

    async get(tenantId, jobId, artifactId) {
      if (!isBigint(jobId) || !isUuid(artifactId)) return undefined;
      const [row] = await database.query<ArtifactRow>(sql`
        select ${COLUMNS} from artifact
        where tenant_id = ${tenantId} and id = ${artifactId}::uuid and job_id = ${jobId}::bigint`);
      return row && toArtifact(row);
    },
  };
}

function toArtifact(row: ArtifactRow): ArtifactRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    jobId: row.job_id,
    attempt: row.attempt,
    name: row.name,
    contentType: row.content_type,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    createdAt: row.created_at,
  };
}
