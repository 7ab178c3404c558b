import { z } from "zod";
import { instant, plainText, uuid } from "./identifiers.ts";
import { listOf, listQuery } from "./list.ts";

/** Path of one key, by its id and never by the key itself. */
export const robotKeyParams = z.object({ keyId: uuid });

/** A key to be made; without `expiresAt` it stays good until it is revoked. */
export const robotKeyInput = z
  .strictObject({ name: plainText(1, 200), expiresAt: instant.optional() })
  .meta({ id: "NewRobotKey", examples: [{ name: "warehouse robots" }] });
/** A new key's name and end as a caller writes them. */
export type RobotKeyInput = z.input<typeof robotKeyInput>;

/** Body of a rotation; without one the old key ends at once. */
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
/** A key as the API answers it; `prefix` is the readable start by which people tell keys apart. */
export type RobotKeyDto = z.output<typeof robotKeyDto>;

/** A new key; `key` is shown this once and never again. */
export const issuedRobotKey = robotKeyDto.extend({ key: z.string() }).meta({ id: "IssuedRobotKey" });
/** The answer that shows a key's secret; not to be logged. */
export type IssuedRobotKeyDto = z.output<typeof issuedRobotKey>;

/** A page of keys, newest first, expired and revoked ones too. */
export const robotKeyList = listOf(robotKeyDto);
/** Only the page can be chosen; keys have no filter. */
export const robotKeyListQuery = listQuery;
