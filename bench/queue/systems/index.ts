import { graphile } from "./graphile.ts";
import { ours } from "./ours.ts";
import { pgboss } from "./pgboss.ts";
import { statements } from "./statements.ts";
import type { System } from "./system.ts";

const SYSTEMS = { ours, graphile, pgboss, statements } satisfies Record<string, System>;

export type SystemName = keyof typeof SYSTEMS;

export function systemNamed(name: SystemName): System {
  return SYSTEMS[name];
}
