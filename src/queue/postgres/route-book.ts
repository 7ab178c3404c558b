import { createHash } from "node:crypto";
import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { labelSet } from "../accepted-job.ts";
import type { Lane } from "./lanes.ts";

/** What a job demands of a robot, and how urgent it is. */
interface Demands {
  readonly environment: string;
  /** Sorted, each once. */
  readonly requires: readonly string[];
  readonly priority: number;
}

/** Demands interned as small numbers per tenant, and which of them a robot meets. */
export interface RouteBook {
  /** The route of each of the demands, made where it is missing. */
  idsOf(tenantId: TenantId, demands: readonly Demands[]): Promise<readonly number[]>;
  /** Lanes known here that a robot with these capabilities serves; equal robots get one and the same list. See `learn`. */
  servedBy(tenantId: TenantId, environment: string, capabilities: readonly string[]): readonly Lane[];
  /** Reads routes that others have made, if `newest` says that there are any. @returns true when some were learned. */
  learn(tenantId: TenantId, newest: number): Promise<boolean>;
}

interface Route extends Demands {
  readonly id: number;
}

interface TenantRoutes {
  newest: number;
  readonly all: Route[];
  readonly idByKey: Map<string, number>;
  /** Answers of `servedBy`; emptied when a route comes along. */
  readonly served: Map<string, readonly Lane[]>;
}

/** Kinds of robots remembered per tenant. */
const MAX_SERVED = 1_000;

export function createRouteBook(database: Queryable): RouteBook {
  const tenants = new Map<TenantId, TenantRoutes>();

  function routesOf(tenantId: TenantId): TenantRoutes {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const fresh: TenantRoutes = { newest: 0, all: [], idByKey: new Map(), served: new Map() };
    tenants.set(tenantId, fresh);
    return fresh;
  }

  async function learn(tenantId: TenantId, newest: number): Promise<boolean> {
    const routes = routesOf(tenantId);
    if (newest <= routes.newest) return false;
    const rows = await database.query<Route>(sql`
      select id, environment, requires, priority from queue_route
      where tenant_id = ${tenantId} and id > ${routes.newest} order by id`);
    for (const route of rows) {
      // Two calls may have read the same rows.
      if (route.id <= routes.newest) continue;
      routes.newest = route.id;
      routes.all.push(route);
      routes.idByKey.set(keyOf(route), route.id);
      routes.served.clear();
    }
    return true;
  }

  async function make(tenantId: TenantId, demands: Demands): Promise<void> {
    // A number is taken once its predecessor is visible to all: the key makes a second taker wait and then start again.
    await database.query(sql`
      insert into queue_route (tenant_id, id, digest, environment, requires, priority)
      select ${tenantId}::int, coalesce(max(id), 0) + 1, ${digestOf(demands)}::bytea, ${demands.environment}::text,
        ${demands.requires}::text[], ${demands.priority}::smallint
      from queue_route where tenant_id = ${tenantId}
      on conflict do nothing`);
    await learn(tenantId, Number.MAX_SAFE_INTEGER);
  }

  return {
    learn,
    async idsOf(tenantId, demands) {
      const { idByKey } = routesOf(tenantId);
      const ids: number[] = [];
      let last: { readonly demand: Demands; readonly id: number } | undefined;
      for (const demand of demands) {
        // Neighbours are mostly alike, and a key costs as much as all the rest.
        if (last === undefined || !isAlike(last.demand, demand)) {
          const key = keyOf(demand);
          if (!idByKey.has(key)) await learn(tenantId, Number.MAX_SAFE_INTEGER);
          while (!idByKey.has(key)) await make(tenantId, demand);
          last = { demand, id: idByKey.get(key) ?? 0 };
        }
        ids.push(last.id);
      }
      return ids;
    },
    servedBy(tenantId, environment, capabilities) {
      const { all, served } = routesOf(tenantId);
      const offered = labelSet(capabilities);
      const key = JSON.stringify([environment, ...offered]);
      const known = served.get(key);
      if (known !== undefined) return known;
      const labels = new Set(offered);
      const ids = all
        .filter((route) => route.environment === environment && route.requires.every((label) => labels.has(label)))
        .map((route) => ({ routeId: route.id, priority: route.priority }));
      if (served.size >= MAX_SERVED) served.clear();
      served.set(key, ids);
      return ids;
    },
  };
}

function keyOf(demands: Demands): string {
  return JSON.stringify([demands.priority, demands.environment, ...demands.requires]);
}

function isAlike(a: Demands, b: Demands): boolean {
  return (
    a.priority === b.priority && a.environment === b.environment && a.requires.length === 0 && b.requires.length === 0
  );
}

/** An index entry has room for 2 700 bytes, a set of labels may be longer. */
function digestOf(demands: Demands): Buffer {
  return createHash("sha256").update(keyOf(demands)).digest();
}
