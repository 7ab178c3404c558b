import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { raceAbort } from "../../core/deadline.ts";
import { databaseErrors } from "../errors.ts";
import { type Account, spawnAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { isMissing, type Layout, readIfThere, removeQuietly, replaceFile, temporaryName } from "./layout.ts";
import { copyForNameless, hasName } from "./nameless-account.ts";
import { lastLines } from "./server-log.ts";
import { explainStartFailure } from "./start-failure.ts";

/** The role that owns the cluster, for maintenance, and the one the product works as: no superuser, row security holds. */
export const ADMIN_ROLE = "casare_admin";
export const APPLICATION_ROLE = "casare";

const credentialsSchema = z.object({ adminPassword: z.string(), password: z.string() });
export type Credentials = z.output<typeof credentialsSchema>;

/** What PostgreSQL's messages are in, whatever the machine's language: `explainStartFailure` reads them. */
export const SERVER_ENVIRONMENT = { LC_ALL: "C", LANG: "C", PATH: "/usr/local/bin:/usr/bin:/bin", TZ: "UTC" };

/** Written into `postgresql.conf`, where an administrator may change them. Sized for a machine that runs other things too. */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: "100",
  shared_buffers: "128MB",
  max_wal_size: "512MB",
  min_wal_size: "80MB",
  // The queue deletes a row for each claim and each end. At the default of a minute, a busy minute leaves a million dead rows
  // that every claim has to step over, and tables that stay as large as that.
  autovacuum_naptime: "10s",
  jit: "off",
  // Parallel queries need /dev/shm, which containers keep at 64 MB, and processors, which robots need.
  max_parallel_workers_per_gather: "0",
  timezone: "UTC",
  log_timezone: "UTC",
};

const ABANDONED_AFTER_MS = 600_000;

/**
 * Makes the data folder with generated passwords, unless it is there.
 *
 * It is made under a temporary name and renamed, so a crash leaves no half cluster and of two starts one wins.
 */
export async function ensureCluster(
  binaries: Binaries,
  layout: Layout,
  options: { readonly account: Account; readonly isDurable: boolean; readonly signal: AbortSignal },
): Promise<Credentials> {
  await removeAbandoned(layout.rootDir);
  if (await isMissing(layout.clusterDir)) await makeCluster(binaries, layout, options);
  return readCredentials(layout);
}

export async function readCredentials(layout: Layout): Promise<Credentials> {
  const text = await readIfThere(layout.credentialsFile);
  if (text === undefined) {
    throw databaseErrors.DATABASE_START_FAILED({
      home: layout.home,
      reason: `the password file ${layout.credentialsFile} is missing; restore it from a backup`,
    });
  }
  return credentialsSchema.parse(JSON.parse(text));
}

async function makeCluster(
  binaries: Binaries,
  layout: Layout,
  options: { readonly account: Account; readonly isDurable: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { account } = options;
  const temporary = temporaryName(`${layout.clusterDir}.new`);
  const dataDir = path.join(temporary, "data");
  const passwordFile = path.join(temporary, "password");
  const credentials: Credentials = { adminPassword: newPassword(), password: newPassword() };
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(temporary, account.isDropped ? 0o711 : 0o700);
    await writeFile(passwordFile, credentials.adminPassword, { mode: 0o600 });
    if (account.isDropped) {
      await chown(dataDir, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const programsDir = path.join(temporary, "programs");
    const programs = (await hasName(account)) ? binaries : await copyForNameless(binaries, programsDir);
    await runInitdb(programs, { ...options, dataDir, passwordFile, home: layout.home });
    await rm(passwordFile);
    await rm(programsDir, { recursive: true, force: true });
    await replaceFile(path.join(temporary, "credentials.json"), `${JSON.stringify(credentials)}\n`);
    await rename(temporary, layout.clusterDir);
  } catch (error) {
    await removeQuietly(temporary);
    // Another process was faster; its cluster is as good.
    if (!(await isMissing(layout.clusterDir))) return;
    throw error;
  }
}

/** Hexadecimal, so that it needs no escaping in a URL or in SQL. */
function newPassword(): string {
  return randomBytes(24).toString("hex");
}

async function runInitdb(
  binaries: Binaries,
  plan: {
    readonly dataDir: string;
    readonly passwordFile: string;
    readonly home: string;
    readonly account: Account;
    readonly isDurable: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const args = [
    `--pgdata=${plan.dataDir}`,
    `--username=${ADMIN_ROLE}`,
    `--pwfile=${plan.passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Sorted by code point and folded by Unicode's rules, the same on every machine and for ever.
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
  ];
  if (!plan.isDurable) args.push("--no-sync");
  for (const [name, value] of Object.entries(SETTINGS)) args.push("--set", `${name}=${value}`);
  const child = spawn(binaries.initdb, args, {
    ...spawnAs(plan.account),
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
    signal: plan.signal,
  });
  const { code, output } = await raceAbort(collect(child), plan.signal, "making the database");
  if (code === 0) return;
  const failure = explainStartFailure(output);
  if (failure.kind === "full") throw databaseErrors.DATABASE_FULL({ reason: failure.reason });
  const reason = `initdb failed: ${"reason" in failure ? failure.reason : failure.kind}`;
  throw databaseErrors.DATABASE_START_FAILED({ home: plan.home, reason, log: lastLines(output) });
}

function collect(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = "";
    const append = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on("data", append);
    child.stderr?.on("data", append);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

async function removeAbandoned(rootDir: string): Promise<void> {
  for (const name of await readdir(rootDir)) {
    if (!/^(cluster\.new|postgres-.*)\.\d+\.\d+$/.test(name)) continue;
    const target = path.join(rootDir, name);
    const found = await stat(target).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await removeQuietly(target);
  }
}
