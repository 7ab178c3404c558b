import type { IssuedKey, RobotApiKey } from "../../../auth/index.ts";
import type { IssuedRobotKeyDto, RobotKeyDto } from "../../../contracts/index.ts";

export function viewRobotKey(key: RobotApiKey): RobotKeyDto {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    createdAt: key.createdAt.toISOString(),
    ...(key.expiresAt && { expiresAt: key.expiresAt.toISOString() }),
    ...(key.revokedAt && { revokedAt: key.revokedAt.toISOString() }),
    ...(key.lastUsedAt && { lastUsedAt: key.lastUsedAt.toISOString() }),
  };
}

export function viewIssuedKey({ key, text }: IssuedKey): IssuedRobotKeyDto {
  return { ...viewRobotKey(key), key: text };
}
