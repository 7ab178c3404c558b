import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Diagnosis, fail, ok } from "./finding.ts";

const OLDEST_NODE = [20, 19] as const;

/** @param version as `process.versions.node` has it. */
export function checkNode(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const detail = `Node ${version} on ${process.platform} ${process.arch}`;
  return isEnough ? ok(detail) : fail(detail, `install Node ${OLDEST_NODE.join(".")} or newer`);
}

/** What the package brings beside its code, and where it is looked for. */
export interface Installation {
  /** Folder of the installed package. */
  readonly root: string;
  readonly files: readonly string[];
  readonly dependencies: readonly string[];
}

/** Are all files and dependencies of the package there? */
export async function checkPackage({ root, files, dependencies }: Installation): Promise<Diagnosis> {
  const absentFiles = await filterAbsent(files, (file) => exists(join(root, file)));
  const absentPackages = await filterAbsent(dependencies, (name) => isInstalled(root, name));
  const absent = [...absentFiles, ...absentPackages];
  if (absent.length === 0) return ok(`complete, ${dependencies.length} dependencies in place`);
  return fail(`missing: ${absent.join(", ")}`, 'install anew: "npm ci" in the project, or "npm install casare-rpa"');
}

async function filterAbsent(
  names: readonly string[],
  isThere: (name: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const found = await Promise.all(names.map(isThere));
  return names.filter((_name, index) => found[index] === false);
}

/** As Node finds packages: in `node_modules` of this folder or of one above it. */
async function isInstalled(folder: string, name: string): Promise<boolean> {
  if (await exists(join(folder, "node_modules", name, "package.json"))) return true;
  const above = dirname(folder);
  return above !== folder && isInstalled(above, name);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
