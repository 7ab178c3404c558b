import { hostname } from "node:os";
import { type KeyKind, RobotApiKeyService } from "../../auth/index.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { Database } from "../../database/index.ts";
import { readCredentials, writeCredentials } from "../home/credentials.ts";

export interface LocalKeys {
  readonly adminKey: string;
  readonly robotKey: string;
  /** True when the admin key was made by this start: it is to be shown. */
  readonly isAdminKeyNew: boolean;
}

/**
 * Keys for the commands and the robot of this machine: those that are stored in the home folder if they are still good, else
 * new ones, stored there.
 *
 * @param firstAdminKey the database's first one, when this start made it.
 */
export async function ensureLocalKeys(
  database: Database,
  place: { readonly home: string; readonly url: string; readonly firstAdminKey: string | undefined },
): Promise<LocalKeys> {
  const { home, url, firstAdminKey } = place;
  const stored = await readCredentials(home);
  const admin =
    firstAdminKey === undefined
      ? await ensureKey(database, "admin", stored.adminKey)
      : { key: firstAdminKey, isNew: true };
  // Stored before anything else can fail: a key that was made and not kept could never be found again.
  await writeCredentials(home, { ...stored, url, adminKey: admin.key });
  const robot = await ensureKey(database, "robot", stored.robotKey);
  await writeCredentials(home, { ...stored, url, adminKey: admin.key, robotKey: robot.key });
  return { adminKey: admin.key, robotKey: robot.key, isAdminKeyNew: admin.isNew };
}

async function ensureKey(
  database: Database,
  kind: KeyKind,
  stored: string | undefined,
): Promise<{ readonly key: string; readonly isNew: boolean }> {
  const service = new RobotApiKeyService({ database, kind });
  if (stored !== undefined && (await service.verify(stored))?.kind === kind) return { key: stored, isNew: false };
  const issued = await service.create(DEFAULT_TENANT, { name: `casare start on ${hostname()}` });
  return { key: issued.text, isNew: true };
}
