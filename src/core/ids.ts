import { v7 } from "uuid";

/** Identifies a tenant; branded, so that no other number guards access by mistake. */
export type TenantId = number & { readonly __brand: "TenantId" };

/** The tenant that exists from the first start on. */
export const DEFAULT_TENANT = 1 as TenantId;

/** A new UUIDv7 (RFC 9562 §5.7): sorts by the time it was made. */
export function newId(): string {
  return v7();
}
