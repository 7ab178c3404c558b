import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import type { Owner } from "./marker.ts";

const ownerSchema = z.object({
  pid: z.number().int().positive(),
  start: z.string(),
  namespace: z.string(),
});
const recordSchema = z.object({ owner: ownerSchema, profile: z.string().optional() });

/** What belongs to one browser process on disk: its downloads in progress, and who is responsible for it. */
export interface InstanceFolder {
  readonly path: string;
  readonly owner: Owner;
  /** The browser's own profile, in the system's temporary folder. */
  readonly profile?: string | undefined;
}

export interface FoundInstanceFolder extends InstanceFolder {
  readonly writtenAtMs: number;
}

function instancesFolder(home: string): string {
  return join(home, "run", "browsers");
}

/** Makes the folder of a browser that is about to be started. */
export async function createInstanceFolder(home: string, owner: Owner): Promise<InstanceFolder> {
  const path = join(instancesFolder(home), randomUUID());
  await mkdir(path, { recursive: true, mode: 0o700 });
  await writeRecord({ path, owner });
  return { path, owner };
}

/** Notes where the browser keeps its profile, so that it can be removed when nobody else does it. */
export async function rememberProfile(folder: InstanceFolder, commandLine: readonly string[]): Promise<void> {
  const profile = profileIn(commandLine);
  if (profile !== undefined) await writeRecord({ ...folder, profile });
}

/** The folders of all browsers of this home. */
export async function listInstanceFolders(home: string): Promise<FoundInstanceFolder[]> {
  const root = instancesFolder(home);
  const names = await readdir(root).catch(() => []);
  const folders = await Promise.all(
    names.map(async (name): Promise<FoundInstanceFolder[]> => {
      const path = join(root, name);
      try {
        const file = join(path, "owner.json");
        const record = recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
        return [{ path, ...record, writtenAtMs: (await stat(file)).mtimeMs }];
      } catch {
        // Being made or removed just now by its owner.
        return [];
      }
    }),
  );
  return folders.flat();
}

export async function removeInstanceFolder({ path, profile }: InstanceFolder): Promise<void> {
  if (profile !== undefined && isThrowaway(profile)) await rm(profile, { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
}

/** The throw-away profile named in a browser's arguments. */
export function profileIn(commandLine: readonly string[]): string | undefined {
  const path = commandLine.find((argument) => argument.startsWith("--user-data-dir="))?.slice(16);
  return path !== undefined && isThrowaway(path) ? path : undefined;
}

/** Only folders as Playwright makes them for one run are ever removed, whatever a record or a command line says. */
function isThrowaway(path: string): boolean {
  return dirname(path) === tmpdir() && /^playwright_chromiumdev_profile-\w+$/.test(basename(path));
}

function writeRecord({ path, owner, profile }: InstanceFolder): Promise<void> {
  return writeFile(join(path, "owner.json"), JSON.stringify({ owner, profile }), { mode: 0o600 });
}
