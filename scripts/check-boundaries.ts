/** Holds every file of src to boundaries.json. Exits 1 and lists what breaks it. */
import { readFileSync } from "node:fs";
import { type Boundaries, cyclesIn, importsOf, isVagueName, judgeImport } from "./boundaries.ts";
import { resolveSpecifier, sourceFiles } from "./source-files.ts";

const boundaries = JSON.parse(readFileSync("boundaries.json", "utf8")) as Boundaries;
const problems = cyclesIn(boundaries.areas).map((area) => `boundaries.json: ${area} uses itself through others`);
const files = sourceFiles("src");
for (const { path, text } of files) {
  if (isVagueName(path)) problems.push(`src/${path}: the name says nothing; name the idea in it`);
  for (const specifier of importsOf(text)) {
    const problem = judgeImport(path, specifier, resolveSpecifier(path, specifier), boundaries);
    if (problem !== undefined) problems.push(`src/${path}: ${problem} (${specifier})`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`boundaries: ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
