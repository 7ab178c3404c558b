import type { TenantId } from "../core/ids.ts";

/** Everything that a route may ask for. */
export const PERMISSIONS = [
  "workflows:read",
  "workflows:write",
  "jobs:read",
  "jobs:submit",
  "jobs:control",
  "artifacts:read",
  "artifacts:write",
  "robots:read",
  "robots:control",
  "robots:connect",
  "robot-keys:read",
  "robot-keys:write",
  "dead-letters:read",
  "dead-letters:control",
  "events:read",
  "work-queues:read",
  "work-queues:write",
] as const;
/** `<resource>:<what may be done with it>`; each route that needs a key asks for exactly one. */
export type Permission = (typeof PERMISSIONS)[number];

/** Who a key is for: people and tools that run the platform, or a robot. */
export const KEY_KINDS = ["admin", "robot"] as const;
/** One of the kinds; decides the permissions, see `PERMISSIONS_OF`. */
export type KeyKind = (typeof KEY_KINDS)[number];

/** What each kind of key may do. A robot dials in and uploads; all else it gets over its connection. */
export const PERMISSIONS_OF: Readonly<Record<KeyKind, ReadonlySet<Permission>>> = {
  admin: new Set(PERMISSIONS),
  robot: new Set<Permission>(["robots:connect", "artifacts:write"]),
};

/** Who is asking. */
export interface Principal {
  readonly tenantId: TenantId;
  readonly kind: KeyKind;
  readonly keyId: string;
  /** The same for a key and those it was rotated to. */
  readonly keyName: string;
  readonly permissions: ReadonlySet<Permission>;
}
