import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { NEEDED_BYTES, prepareHome } from "../home/home-folder.ts";
import type { SettingValues } from "../settings.ts";

/** Folder of the jobs' artifacts. */
export function artifactsDirOf({ ARTIFACTS_DIR, HOME }: Pick<SettingValues, "ARTIFACTS_DIR" | "HOME">): string {
  return ARTIFACTS_DIR ?? join(HOME, "artifacts");
}

/** Makes the folders of an orchestrator; what robots bring back is for its owner only. Rejects with CLI_HOME_NOT_WRITABLE or CLI_DISK_FULL. */
export async function prepareServerHome(settings: SettingValues): Promise<void> {
  await prepareHome(settings.HOME, settings.DATABASE_URL === undefined ? NEEDED_BYTES : 0);
  await mkdir(artifactsDirOf(settings), { recursive: true, mode: 0o700 });
}
