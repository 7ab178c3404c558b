/** Runs every benchmark one after the other; each prints its figures and ends with one line of JSON. */
import { spawnSync } from "node:child_process";

const BENCHMARKS = ["startup", "form-filling"];
const failed = BENCHMARKS.filter((name) => {
  console.log(`\n# ${name}`);
  const file = new URL(`./${name}.ts`, import.meta.url).pathname;
  return spawnSync(process.execPath, ["--import", "tsx", file], { stdio: "inherit" }).status !== 0;
});
process.exitCode = failed.length > 0 ? 1 : 0;
