import sql, { empty } from "sql-template-tag";
import type { RobotIntent } from "../contracts/index.ts";
import { newId, type TenantId } from "../core/ids.ts";
import { storableText } from "../core/json.ts";
import type { Database } from "../database/index.ts";
import { decodeCursor, pageOf } from "./cursor.ts";
import { persistenceErrors } from "./errors.ts";
import type { RobotRecord } from "./records.ts";
import type { RobotRepository } from "./repositories.ts";
import { isUuid } from "./row-ids.ts";

interface RobotRow {
  readonly id: string;
  readonly tenant_id: number;
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  readonly platform: string;
  readonly environment: string;
  readonly capabilities: string[];
  readonly max_concurrent_jobs: number;
  readonly intent: RobotIntent;
  readonly session_id: string | null;
  readonly running_jobs: number;
  readonly rss_bytes: string | null;
  readonly connected: boolean;
  readonly last_seen_at: Date;
  readonly registered_at: Date;
}

const COLUMNS = sql`tenant_id, id, name, version, hostname, platform, environment, capabilities, max_concurrent_jobs,
  intent, session_id, running_jobs, rss_bytes::text, connected, last_seen_at, registered_at`;

/** Robots in PostgreSQL. Times are the database's, so that all replicas mean the same by them. */
export function createRobotRepository(database: Database): RobotRepository {
  return {
    async register(tenantId, robot, claim) {
      const { keyName = null, heldForMs = 0 } = claim ?? {};
      const [row] = await database.query<RobotRow>(sql`
        insert into robot (tenant_id, id, name, version, hostname, platform, environment, capabilities,
                           max_concurrent_jobs, intent, key_name, last_seen_at, registered_at)
        values (${tenantId}, ${newId()}::uuid, ${storableText(robot.name)}, ${storableText(robot.version)},
                ${storableText(robot.hostname)}, ${storableText(robot.platform)}, ${storableText(robot.environment)},
                ${robot.capabilities.map(storableText)}::text[], ${robot.maxConcurrentJobs}, 'active', ${keyName}, now(), now())
        on conflict (tenant_id, name) do update
        set version = excluded.version, hostname = excluded.hostname, platform = excluded.platform,
            environment = excluded.environment, capabilities = excluded.capabilities,
            max_concurrent_jobs = excluded.max_concurrent_jobs, key_name = coalesce(excluded.key_name, robot.key_name), last_seen_at = now()
        where excluded.key_name is null or robot.key_name is null or robot.key_name = excluded.key_name or not robot.connected
          or robot.last_seen_at < now() - ${heldForMs}::int * interval '1 ms'
        returning ${COLUMNS}`);
      if (!row) throw persistenceErrors.ROBOT_STORE_NAME_TAKEN({ name: robot.name });
      return toRobot(row);
    },

    async connected(tenantId, robotId, sessionId) {
      const rows = !isUuid(robotId)
        ? []
        : await database.query(sql`
            update robot set session_id = ${sessionId}, connected = true, last_seen_at = now()
            where tenant_id = ${tenantId} and id = ${robotId}::uuid
            returning id`);
      if (rows.length === 0) throw persistenceErrors.ROBOT_STORE_NOT_FOUND({ robotId });
    },

    async touch(tenantId, robotId, seen) {
      const [row] = !isUuid(robotId)
        ? []
        : await database.query<{ intent: RobotIntent }>(sql`
            update robot set running_jobs = ${seen.runningJobs}, rss_bytes = ${seen.rssBytes ?? null}::bigint,
                             connected = true, last_seen_at = now()
            where tenant_id = ${tenantId} and id = ${robotId}::uuid
            returning intent`);
      if (!row) throw persistenceErrors.ROBOT_STORE_NOT_FOUND({ robotId });
      return row.intent;
    },

    async disconnected(tenantId, robotId, sessionId) {
      if (!isUuid(robotId)) return;
      await database.query(sql`
        update robot set connected = false
        where tenant_id = ${tenantId} and id = ${robotId}::uuid and session_id = ${sessionId}`);
    },

    async setIntent(tenantId, robotId, intent) {
      if (!isUuid(robotId)) return undefined;
      const [row] = await database.query<RobotRow>(sql`
        update robot set intent = ${intent}
        where tenant_id = ${tenantId} and id = ${robotId}::uuid
        returning ${COLUMNS}`);
      return row && toRobot(row);
    },

    async get(tenantId, robotId) {
      if (!isUuid(robotId)) return undefined;
      const [row] = await database.query<RobotRow>(sql`
        select ${COLUMNS} from robot where tenant_id = ${tenantId} and id = ${robotId}::uuid`);
      return row && toRobot(row);
    },

    async list(tenantId, page) {
      const before = page.cursor === undefined ? empty : sql`and id < ${decodeCursor(page.cursor)}::uuid`;
      const rows = await database.query<RobotRow>(sql`
        select ${COLUMNS} from robot
        where tenant_id = ${tenantId} ${before}
        order by id desc
        limit ${page.limit + 1}`);
      return pageOf(rows.map(toRobot), page);
    },
  };
}

function toRobot(row: RobotRow): RobotRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id as TenantId,
    name: row.name,
    version: row.version,
    hostname: row.hostname,
    platform: row.platform,
    environment: row.environment,
    capabilities: row.capabilities,
    maxConcurrentJobs: row.max_concurrent_jobs,
    intent: row.intent,
    ...(row.session_id !== null && { sessionId: row.session_id }),
    runningJobs: row.running_jobs,
    ...(row.rss_bytes !== null && { rssBytes: Number(row.rss_bytes) }),
    connected: row.connected,
    lastSeenAt: row.last_seen_at,
    registeredAt: row.registered_at,
  };
}
