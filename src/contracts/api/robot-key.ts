import { z } from "zod";
import { instant, plainText, uuid } from "./identifiers.ts";
import { listOf, listQuery } from "./list.ts";

export const robotKeyParams = z.object({ keyId: uuid });

export const robotKeyInput = z
  .strictObject({ name: plainText(1, 200), expiresAt: instant.optional() })
  .meta({ id: "NewRobotKey", examples: [{ name: "warehouse robots" }] });
export type RobotKeyInput = z.input<typeof robotKeyInput>;

export const robotKeyRotation = z
  .strictObject({
    /** Milliseconds for which the old key stays good; default 0, at most 30 days. */
    graceMs: z.int().min(0).max(2_592_000_000).default(0),
  })
  .optional();

/** A robot's API key without its secret. */
export const robotKeyDto = z
  .object({
    id: uuid,
    name: z.string(),
    prefix: z.string(),
    createdAt: instant,
    expiresAt: instant.optional(),
    revokedAt: instant.optional(),
    lastUsedAt: instant.optional(),
  })
  .meta({ id: "RobotKey" });
export type RobotKeyDto = z.output<typeof robotKeyDto>;

/** A new key; `key` is shown this once and never again. */
export const issuedRobotKey = robotKeyDto.extend({ key: z.string() }).meta({ id: "IssuedRobotKey" });
export type IssuedRobotKeyDto = z.output<typeof issuedRobotKey>;

export const robotKeyList = listOf(robotKeyDto);
export const robotKeyListQuery = listQuery;
