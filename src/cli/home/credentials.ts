import { randomUUID } from "node:crypto";
import { chmod, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";
import { cliErrors } from "../errors.ts";

/** Keys of the local installation, kept so that the commands on this machine need no configuration. */
const credentials = z.looseObject({
  /** Acts for the commands of this machine. */
  adminKey: z.string().min(1).optional(),
  /** Where the orchestrator of this machine listens. */
  url: z.string().optional(),
  /** Acts for the robot that `casare start` runs. */
  robotKey: z.string().min(1).optional(),
});
export type Credentials = z.output<typeof credentials>;

export function credentialsFileOf(home: string): string {
  return join(home, "credentials.json");
}

/** What is stored; {} when there is no file. Rejects with CLI_CREDENTIALS_UNREADABLE. */
export async function readCredentials(home: string): Promise<Credentials> {
  const path = credentialsFileOf(home);
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return {};
    throw cliErrors.CLI_CREDENTIALS_UNREADABLE({ path, problem: messageOf(error) }, { cause: error });
  }
  try {
    return credentials.parse(JSON.parse(content));
  } catch {
    // The cause is left out: a parser's message may quote the text, and the text holds keys.
    throw cliErrors.CLI_CREDENTIALS_UNREADABLE({ path, problem: "it is not the JSON that was written" });
  }
}

/** Replaces the file as a whole, readable by its owner only. */
export async function writeCredentials(home: string, content: Credentials): Promise<void> {
  const path = credentialsFileOf(home);
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: "wx", flush: true });
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** True when others than the owner may read the file; false where there is none. */
export async function isReadableByOthers(home: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  const found = await stat(credentialsFileOf(home)).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0;
}
