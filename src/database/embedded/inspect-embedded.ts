import { readFile, statfs } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../core/errors.ts";
import { currentPlatform, findPlatformPackage } from "./binaries.ts";
import { greet } from "./control-connection.ts";
import { readCredentials } from "./init-cluster.ts";
import { findLayout, isMissing, type Layout, readIfThere } from "./layout.ts";
import { identifyProcess, readPostmasterPid } from "./postmaster-pid.ts";

/** State of a home's embedded server. */
export interface EmbeddedInspection {
  /** Such as `linux-x64`. */
  readonly platform: string;
  /** The server's program: its version, or why there is none. */
  readonly program:
    | { readonly state: "found"; readonly version: string; readonly path: string }
    | { readonly state: "missing"; readonly reason: string };
  /**
   * `none`: never started; `present`: with the major version that made it; `gone`: home points to a folder that does
   * not exist; `damaged`: parts are missing; `unreadable`: this account may not look.
   */
  readonly data:
    | { readonly state: "none" }
    | { readonly state: "present"; readonly path: string; readonly version: string }
    | { readonly state: "gone" | "damaged" | "unreadable"; readonly path: string; readonly reason: string };
  /** `silent`: a process that does not answer, or not to our password. */
  readonly server:
    | { readonly state: "stopped" }
    | { readonly state: "running" | "silent"; readonly pid: number; readonly port: number };
  /** Bytes that an ordinary account may still write where the data is, or would be. */
  readonly freeDiskBytes: number | undefined;
}

/** What is there of a home's embedded server, for a doctor. Changes nothing, starts nothing, never rejects. */
export async function inspectEmbedded(home: string): Promise<EmbeddedInspection> {
  const platform = currentPlatform();
  const program = await inspectProgram(platform);
  let layout: Layout | undefined;
  let data: EmbeddedInspection["data"];
  try {
    layout = await findLayout(path.resolve(home));
    data = layout === undefined ? { state: "none" } : await inspectData(layout);
  } catch (error) {
    data = { state: "unreadable", path: path.join(home, "postgres"), reason: messageOf(error) };
  }
  const server = layout === undefined ? ({ state: "stopped" } as const) : await inspectServer(layout);
  return { platform, program, data, server, freeDiskBytes: await freeBytes(layout?.dataDir ?? path.resolve(home)) };
}

async function inspectProgram(platform: string): Promise<EmbeddedInspection["program"]> {
  try {
    const { version, nativeDir } = await findPlatformPackage(platform);
    return { state: "found", version, path: nativeDir };
  } catch (error) {
    return { state: "missing", reason: messageOf(error) };
  }
}

async function inspectData(layout: Layout): Promise<EmbeddedInspection["data"]> {
  const { dataDir, rootDir } = layout;
  if (await isMissing(rootDir)) return { state: "gone", path: dataDir, reason: "the folder does not exist" };
  if (await isMissing(layout.clusterDir)) return { state: "none" };
  const version = await readIfThere(path.join(dataDir, "PG_VERSION"));
  const needed = [path.join(dataDir, "global", "pg_control"), layout.credentialsFile];
  const absent = await Promise.all(needed.map(isMissing));
  const missing = version === undefined ? path.join(dataDir, "PG_VERSION") : needed[absent.indexOf(true)];
  if (missing !== undefined) return { state: "damaged", path: dataDir, reason: `${missing} is missing` };
  const problem = problemOf(version ?? "", await readFile(path.join(dataDir, "global", "pg_control")));
  if (problem !== undefined) return { state: "damaged", path: dataDir, reason: problem };
  return { state: "present", path: dataDir, version: version?.trim() ?? "" };
}

/** The control file begins with the cluster's id, 8 bytes, and the version of its format, such as 1800, 4 bytes. */
const CONTROL_VERSION_AT = 8;

function problemOf(version: string, control: Buffer): string | undefined {
  if (!/^\d+\s*$/.test(version)) return "PG_VERSION does not hold a version";
  const isControl =
    control.length > CONTROL_VERSION_AT + 4 && isControlVersion(control.readUInt32LE(CONTROL_VERSION_AT));
  return isControl ? undefined : "global/pg_control is not the control file of a database";
}

function isControlVersion(version: number): boolean {
  return version >= 900 && version < 10_000 && version % 100 < 10;
}

async function inspectServer(layout: Layout): Promise<EmbeddedInspection["server"]> {
  try {
    const file = await readPostmasterPid(layout.dataDir);
    if (file === undefined) return { state: "stopped" };
    if ((await identifyProcess(file.pid, layout.dataDir)) !== "server") return { state: "stopped" };
    const { pid, port } = file;
    const greeting = await greet(port, layout.dataDir, await readCredentials(layout));
    if (greeting.kind !== "ready") return { state: "silent", pid, port };
    await greeting.control.client.end();
    return { state: "running", pid, port };
  } catch {
    return { state: "stopped" }; // what cannot be read is told by `data`
  }
}

async function freeBytes(target: string): Promise<number | undefined> {
  for (let dir = target; ; dir = path.dirname(dir)) {
    const found = await statfs(dir).catch(() => undefined);
    if (found !== undefined) return found.bavail * found.bsize;
    if (dir === path.dirname(dir)) return undefined;
  }
}
