import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const HERE = "test/chaos/queue";

export interface CrewPrograms {
  readonly worker: string;
  readonly producer: string;
}

/**
 * Compiles the programs of the crew, and the product they use, into an empty folder.
 *
 * Killed processes are replaced all the time: compiled, one starts with less than half of the work. And whoever edits the
 * sources meanwhile does not change the run.
 */
export async function compileCrew(folder: string, signal: AbortSignal): Promise<CrewPrograms> {
  await mkdir(folder);
  await symlink(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const project = path.join(folder, "tsconfig.json");
  const files = ["worker.ts", "producer.ts"].map((file) => path.join(ROOT, HERE, file));
  const compilerOptions = {
    // `npm run check` has looked at the types.
    noCheck: true,
    noEmit: false,
    declaration: false,
    sourceMap: false,
    outDir: folder,
    rootDir: ROOT,
    typeRoots: [path.join(ROOT, "node_modules/@types")],
  };
  const text = JSON.stringify({ extends: path.join(ROOT, "tsconfig.json"), compilerOptions, files, include: [] });
  await writeFile(project, text);
  await compile(project, signal);
  return { worker: path.join(folder, HERE, "worker.js"), producer: path.join(folder, HERE, "producer.js") };
}

async function compile(project: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // A group of its own, because the compiler is a process of a process.
  const child = spawn(path.join(ROOT, "node_modules/.bin/tsc"), ["-p", project], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const killGroup = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  signal.addEventListener("abort", killGroup);
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", killGroup);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`the crew cannot be compiled: ${output.join("")}`);
}
