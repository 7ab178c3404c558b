import { describe, expect, test } from "vitest";
import { chooseAccount } from "./account.ts";
import { askForAnyName, hasName } from "./nameless-account.ts";

describe("askForAnyName", () => {
  test("changes the one imported name and nothing else", () => {
    const program = Buffer.from("\x7fELF\0close\0getpwuid\0getpwuid_r\0getpwuid@@GLIBC\0");

    const changed = askForAnyName(program);

    expect(changed.toString()).toBe("\x7fELF\0close\0getpwent\0getpwuid_r\0getpwuid@@GLIBC\0");
  });

  test.each(["\x7fELF\0close\0", "\0getpwuid\0 and once more \0getpwuid\0"])(
    "leaves a program alone that does not look as expected",
    (text) => {
      expect(() => askForAnyName(Buffer.from(text))).toThrow("/etc/passwd");
    },
  );
});

describe("hasName", () => {
  test("knows the account of this process, and that a number out of nowhere has none", async () => {
    expect(await hasName({ ...chooseAccount(), isDropped: false })).toBe(true);
    expect(await hasName({ uid: 3_999_999, gid: 1, isDropped: true })).toBe(process.platform !== "linux");
  });
});
