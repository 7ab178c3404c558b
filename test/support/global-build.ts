import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Compiles the product once before the end-to-end tests, which run what users run: `dist`. */
export async function setup(): Promise<void> {
  const root = new URL("../..", import.meta.url).pathname;
  const compiler = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
  try {
    await run(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root });
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    throw new Error(`the product does not compile:\n${stdout ?? ""}`, { cause: error });
  }
}
