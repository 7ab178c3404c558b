import { describe, expect, test } from "vitest";
import { areaOf, type Boundaries, cyclesIn, importsOf, isVagueName, judgeImport } from "./boundaries.ts";

const boundaries: Boundaries = {
  everywhere: { packages: ["zod"] },
  tests: { packages: ["vitest"] },
  areas: {
    core: { use: [], packages: [] },
    contracts: { use: [], packages: [] },
    queue: { use: ["core"], packages: ["pg"] },
    agent: { use: ["core", "queue"], packages: [] },
    "agent/client": { use: ["core"], packages: [] },
  },
};

describe("importsOf", () => {
  test("sees value, type, side-effect, dynamic and re-exporting imports, and no comments", () => {
    const source = `import a from "a";\nimport type { B } from "b";\nimport "c";\nexport { d } from "d";\nexport type { E,\n F } from "e";
      // import x from "x"\n/* import y from "y" */ const f = await import("f");`;

    expect(importsOf(source)).toEqual(["a", "b", "c", "d", "e", "f"]);
  });
});

describe("judgeImport", () => {
  test.each([
    ["queue/a.ts", "zod", undefined, undefined],
    ["queue/a.ts", "pg", undefined, undefined],
    ["queue/a.ts", "ws", undefined, "queue may not use the package ws"],
    ["queue/a.test.ts", "vitest", undefined, undefined],
    ["queue/a.ts", "vitest", undefined, "queue may not use the package vitest"],
    ["queue/a.ts", "../core/errors.ts", "core/errors.ts", undefined],
    ["queue/a.ts", "../agent/index.ts", "agent/index.ts", "queue may not use agent"],
    ["queue/a.test.ts", "../agent/index.ts", "agent/index.ts", undefined],
    ["agent/a.ts", "../queue/job.ts", "queue/job.ts", "queue is used through its index.ts only"],
    ["agent/client/a.ts", "../../queue/index.ts", "queue/index.ts", "agent/client may not use queue"],
    ["queue/a.ts", "./index.ts", "queue/index.ts", "an area does not import its own index"],
    ["contracts/a.ts", "node:fs", undefined, "contracts must run in a browser"],
    ["stray/a.ts", "zod", undefined, "lies in a folder that boundaries.json does not name"],
  ])("%s imports %s", (from, specifier, target, expected) => {
    expect(judgeImport(from, specifier, target, boundaries)).toBe(expected);
  });
});

test("the longest row counts", () => {
  expect(areaOf("agent/client/x.ts", boundaries.areas)).toBe("agent/client");
  expect(areaOf("agent/other/x.ts", boundaries.areas)).toBe("agent");
});

test("a cycle between areas is found", () => {
  expect(
    cyclesIn({ a: { use: ["b"], packages: [] }, b: { use: ["a"], packages: [] }, c: { use: ["a"], packages: [] } }),
  ).toEqual(["a", "b"]);
});

test("names that say nothing are found", () => {
  expect(["queue/utils.ts", "queue/types.ts", "queue/retry.ts"].map(isVagueName)).toEqual([true, true, false]);
});
