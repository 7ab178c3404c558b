import { constants } from "node:fs";
import { access, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { credentialsFileOf, isReadableByOthers, readCredentials } from "../home/credentials.ts";
import { freeBytesOf, NEEDED_BYTES } from "../home/home-folder.ts";
import { formatBytes } from "../progress/format.ts";
import { type Diagnosis, fail, ok, warn } from "./finding.ts";

/** Can the home folder be used? Looks only; a folder that is missing yet is judged by the one it would be made in. */
export async function checkHome(home: string): Promise<Diagnosis> {
  const place = await nearestExisting(home);
  const elsewhere = "change its permissions, or choose another folder with CASARE_HOME";
  try {
    if (!(await stat(place)).isDirectory())
      return fail(`${place} is not a folder`, "choose another folder with CASARE_HOME");
    await access(place, constants.W_OK | constants.X_OK);
  } catch (error) {
    return fail(`${place} cannot be written: ${messageOf(error)}`, elsewhere);
  }
  if (place !== home) {
    // Some places, such as /proc, say that they can be written and cannot.
    try {
      await rmdir(await mkdtemp(join(place, ".casare-")));
    } catch (error) {
      return fail(`${home} cannot be made: ${messageOf(error)}`, elsewhere);
    }
  }
  const freeBytes = await freeBytesOf(place);
  const detail = `${home}${place === home ? "" : " (not made yet)"}, ${formatBytes(freeBytes)} free`;
  if (freeBytes >= NEEDED_BYTES) return ok(detail);
  return fail(detail, `free some space: at least ${formatBytes(NEEDED_BYTES)} are needed`);
}

async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  const above = dirname(path);
  return found || above === path ? path : nearestExisting(above);
}

/** Is there a key for the commands of this machine, and is it kept well? */
export async function checkKeys(home: string, givenKey: string | undefined): Promise<Diagnosis> {
  const file = credentialsFileOf(home);
  if (await isReadableByOthers(home)) {
    return warn(`${file} can be read by other users of this machine`, `run: chmod 600 ${file}`);
  }
  if (givenKey !== undefined) return ok("key given by CASARE_API_KEY");
  try {
    const { adminKey, robotKey } = await readCredentials(home);
    if (adminKey !== undefined) return ok(`keys in ${file}${robotKey === undefined ? ", none for a robot" : ""}`);
  } catch (error) {
    return fail(messageOf(error), `move ${file} away; "casare start" writes a new one`);
  }
  return warn("no API key", 'run "casare start" once on this machine, or set CASARE_API_KEY_FILE');
}
