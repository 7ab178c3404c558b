import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { argumentSource, bodySource, expressionSource, repairNewlines } from "./script-source.ts";

describe("repairNewlines", () => {
  test.each([
    [String.raw`const a = 1;\nreturn a;`, "const a = 1;\nreturn a;"],
    [String.raw`const a = "x\ny";\nreturn a;`, 'const a = "x\\ny";\nreturn a;'],
    [String.raw`const a = 'it\'s\n';\nreturn a;`, "const a = 'it\\'s\\n';\nreturn a;"],
    [String.raw`// note\nreturn 1;`, "// note\nreturn 1;"],
    [String.raw`/* a\nb */\nreturn 1;`, "/* a\\nb */\nreturn 1;"],
    [String.raw`return t.split(/\n/);\n`, "return t.split(/\\n/);\n"],
    [String.raw`return t.split(/[/\n]+/);\n`, "return t.split(/[/\\n]+/);\n"],
    [String.raw`const b = a / 2;\nreturn b / 3;`, "const b = a / 2;\nreturn b / 3;"],
    [String.raw`a;\r\n\tb;`, "a;\r\n\tb;"],
  ])("%s", (script, repaired) => {
    expect(repairNewlines(script)).toBe(repaired);
  });

  prop.prop([fc.string().filter((text) => !text.includes("\\"))])("changes nothing without a backslash", (script) => {
    expect(repairNewlines(script)).toBe(script);
  });

  prop.prop([fc.string()])("never makes a script longer", (script) => {
    expect(repairNewlines(script).length).toBeLessThanOrEqual(script.length);
  });
});

describe("readings of a script", () => {
  test("a body may return, an expression is the value", () => {
    expect(bodySource("return 1")).toBe("(async (arg) => {\nreturn 1\n})(undefined)");
    expect(expressionSource("document.title // name", argumentSource({ a: "'" }))).toContain('})({"a":"\'"})');
  });
});
