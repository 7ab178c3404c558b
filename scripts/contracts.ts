/** Writes contracts/ anew; with --check, compares instead and exits 1 on a difference. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describeCli } from "../src/cli/index.ts";
import { describeNodes } from "../src/nodes/index.ts";
import { listAreas } from "./contracts/areas-table.ts";
import { listErrors } from "./contracts/errors-list.ts";
import { listExports } from "./contracts/exports-list.ts";
import { listMessages } from "./contracts/messages-list.ts";
import { listPermissions } from "./contracts/permissions-list.ts";
import { describeRunningProduct } from "./contracts/running-product.ts";

const check = process.argv.includes("--check");
const { schema, openapi } = await describeRunningProduct();
const files: Readonly<Record<string, string>> = {
  "contracts/openapi.json": openapi,
  "contracts/schema.sql": schema,
  "contracts/messages.json": listMessages(),
  "contracts/nodes.json": `${JSON.stringify(describeNodes(), undefined, 2)}\n`,
  "contracts/errors.md": await listErrors(),
  "contracts/permissions.md": listPermissions(),
  "contracts/exports.txt": listExports(),
  "contracts/cli.txt": describeCli(),
  "ARCHITECTURE.md": listAreas(readFileSync("ARCHITECTURE.md", "utf8"), readFileSync("boundaries.json", "utf8")),
};

function current(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  } catch {
    // Not written yet.
    return undefined;
  }
}

mkdirSync("contracts", { recursive: true });
const changed = Object.entries(files).filter(([file, text]) => current(file) !== text);
for (const [file, text] of changed) {
  console.log(`${check ? "differs" : "written"}: ${file}`);
  if (!check) writeFileSync(file, text);
}
console.log(
  `contracts: ${Object.keys(files).length} files, ${changed.length} ${check ? "differ; run npm run contracts" : "changed"}`,
);
process.exitCode = check && changed.length > 0 ? 1 : 0;
