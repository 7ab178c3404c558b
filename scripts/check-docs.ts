/** Every export of every src/<area>/index.ts must have a doc comment where it is declared. Exits 1 and lists those that have none. */
import { posix } from "node:path";
import { exportedNames, isDocumented } from "./exports.ts";
import { sourceFiles } from "./source-files.ts";

const files = new Map(sourceFiles("src").map((file) => [file.path, file.text]));
const problems: string[] = [];

function documented(file: string, name: string): boolean | undefined {
  const text = files.get(file);
  if (text === undefined) return undefined;
  const here = isDocumented(text, name);
  if (here !== undefined) return here;
  const onward = exportedNames(text).find((other) => other.name === name && other.from !== undefined);
  return onward?.from === undefined ? undefined : documented(posix.join(posix.dirname(file), onward.from), name);
}

let count = 0;
for (const [path, text] of files) {
  if (!path.endsWith("/index.ts") || path.startsWith("nodes/")) continue;
  for (const { name, from } of exportedNames(text)) {
    if (from === undefined) continue;
    count += 1;
    if (documented(posix.join(posix.dirname(path), from), name) !== true)
      problems.push(`src/${path}: ${name} has no doc comment`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`docs: ${count} exports, ${problems.length} without a doc comment`);
process.exitCode = problems.length > 0 ? 1 : 0;
