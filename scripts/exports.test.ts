import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exportedNames, isDocumented } from "./exports.ts";

test("reads names, kinds and origins of an index", () => {
  const index = `/** Doc { not } */\nexport type { A, B } from "./ab.ts";\nexport { c, type D, e as f } from "./c.ts";`;

  expect(exportedNames(index)).toEqual([
    { name: "A", kind: "type", from: "./ab.ts" },
    { name: "B", kind: "type", from: "./ab.ts" },
    { name: "c", kind: "value", from: "./c.ts" },
    { name: "D", kind: "type", from: "./c.ts" },
    { name: "f", kind: "value", from: "./c.ts" },
  ]);
});

test("tells whether a declaration is documented", () => {
  const source = `/** Says what. */\nexport function a() {}\n\nexport const b = 1;\n/** x */\nexport abstract class C {}`;

  expect(["a", "b", "C", "missing"].map((name) => isDocumented(source, name))).toEqual([true, false, true, undefined]);
});

test("every subpath that package.json promises has a source, and every area a subpath", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    exports: Record<string, string | { default: string }>;
  };
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")],
  );
  // The CLI is a program, named in "bin".
  const areas = readdirSync("src").filter((name) => name !== "cli" && existsSync(`src/${name}/index.ts`));

  expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  expect(areas.filter((area) => !sources.includes(`src/${area}/index.ts`))).toEqual([]);
});
