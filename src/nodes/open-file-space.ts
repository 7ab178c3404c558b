import { homedir } from "node:os";
import path from "node:path";
import { nodeErrors } from "./errors.ts";
import type { FileSpace } from "./file-space.ts";
import { followLinks } from "./follow-links.ts";
import { deviceNameIn, SYSTEM_PLACES, secretNameIn } from "./forbidden-places.ts";

/** What a job may touch on the disk. */
export interface FileSpaceOptions {
  /** Absolute path; need not exist yet. Everything below it may be used, even inside of a forbidden place. */
  readonly workDir: string;
  /** When given, only these absolute paths, what lies below them, and the working directory may be used. */
  readonly roots?: readonly string[] | undefined;
  /** Absolute paths that may not be used, with all that lies below them; the product's own data belongs here. */
  readonly forbidden: readonly string[];
}

/**
 * The file space of one job.
 *
 * Refused in any case: key folders and credential files of any user, the system's credentials, /proc, /sys and /dev.
 * Links are followed before the check, so that none leads around it; what another process changes between the check and
 * the use is not seen.
 */
export function createFileSpace({ workDir, roots, forbidden }: FileSpaceOptions): FileSpace {
  const home = path.resolve(workDir);
  const inHome = placesOf([home]);
  const allowed = roots === undefined ? undefined : placesOf(roots);
  const closed = placesOf([...SYSTEM_PLACES, ...forbidden]);

  function resolve(written: string): string {
    const refuse = (reason: string): never => {
      throw nodeErrors.NODE_PATH_REFUSED({ path: shown(written), reason });
    };
    const complaint = complaintAboutText(written);
    if (complaint !== undefined) return refuse(complaint);
    const lexical = path.resolve(home, expandHome(toNative(written)));
    const real = followLinks(lexical);
    if (real === undefined) return refuse("its links lead in a circle");
    for (const candidate of [lexical, real]) {
      const secret = secretNameIn(candidate, home);
      if (secret !== undefined) return refuse(`${secret} holds keys or passwords, which no workflow may touch`);
    }
    if (isWithin(real, inHome)) return real;
    const isClosed = isWithin(real, closed) || (isWithin(lexical, closed) && !isWithin(lexical, inHome));
    if (isClosed) {
      return refuse("it lies in a place that no workflow may touch; use the working directory");
    }
    if (allowed !== undefined && !isWithin(real, allowed)) {
      return refuse("it lies outside of the working directory and the folders that are open to this robot's jobs");
    }
    return real;
  }

  return { workDir: home, resolve };
}

function shown(written: string): string {
  return JSON.stringify(written.length > 200 ? `${written.slice(0, 200)}…` : written);
}

function complaintAboutText(written: string): string | undefined {
  if (written.trim() === "") return "it is empty; give the path of a file or folder";
  if (written.includes("\0")) return "it holds a NUL character";
  if (process.platform !== "win32" && /^[a-z]:[\\/]/i.test(written)) {
    return "it is a Windows path, and this robot does not run Windows; use a path relative to the working directory";
  }
  const device = deviceNameIn(written);
  return device === undefined ? undefined : `${device} is a device of Windows; choose another name`;
}

/** Files written on Windows separate folders by backslashes; no file name of a workflow holds one. */
function toNative(written: string): string {
  return process.platform === "win32" ? written : written.replaceAll("\\", "/");
}

function expandHome(written: string): string {
  return written === "~" || written.startsWith("~/") ? path.join(homedir(), written.slice(1)) : written;
}

/** Each place under the name it was given and under its real one, so that neither spelling leads around the check. */
function placesOf(places: readonly string[]): readonly string[] {
  return places.flatMap((place) => {
    const lexical = path.resolve(place);
    return [...new Set([lexical, followLinks(lexical) ?? lexical])].map(comparable);
  });
}

function isWithin(candidate: string, places: readonly string[]): boolean {
  const wanted = comparable(candidate);
  return places.some(
    (place) => wanted === place || wanted.startsWith(place.endsWith(path.sep) ? place : place + path.sep),
  );
}

/** File systems of Windows and macOS do not tell capital from small letters. */
function comparable(place: string): string {
  return process.platform === "win32" || process.platform === "darwin" ? place.toLowerCase() : place;
}
