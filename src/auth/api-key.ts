import type { TenantId } from "../core/ids.ts";
import type { KeyKind } from "./principal.ts";

/** What is known of a key; its secret is kept by nobody but its owner. */
export interface RobotApiKey {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly kind: KeyKind;
  readonly name: string;
  /** The key's text without the secret. */
  readonly prefix: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
  /** Kept up to date to about a minute. */
  readonly lastUsedAt?: Date;
}

/** A key at the only moment its text is known. */
export interface IssuedKey {
  readonly key: RobotApiKey;
  /** The whole key. Show it once, keep it nowhere. */
  readonly text: string;
}

/** Neither revoked nor past its end. */
export function isUsable(key: Pick<RobotApiKey, "expiresAt" | "revokedAt">, now: Date): boolean {
  return key.revokedAt === undefined && (key.expiresAt === undefined || now < key.expiresAt);
}
