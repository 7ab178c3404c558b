import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { createMasker } from "./mask.ts";

describe("createMasker", () => {
  test("replaces a secret in text, keys and values, and in its encoded forms", () => {
    const masker = createMasker(['p"ss word']);

    expect(masker.text('in p"ss word out')).toBe("in [secret] out");
    expect(masker.text(JSON.stringify({ a: 'p"ss word' }))).toBe('{"a":"[secret]"}');
    expect(masker.text(`?q=${encodeURIComponent('p"ss word')}`)).toBe("?q=[secret]");
    expect(masker.text(Buffer.from('p"ss word').toString("base64"))).toBe("[secret]");
    expect(masker.data({ 'p"ss word': [{ deep: 'x p"ss word' }], n: 1, at: undefined })).toEqual({
      "[secret]": [{ deep: "x [secret]" }],
      n: 1,
      at: undefined,
    });
  });

  test("replaces numbers that are secrets where values of workflows stand, and no other numbers", () => {
    const masker = createMasker(["987654", "-12.5"]);

    expect(masker.values({ pin: 987654, deep: [-12.5, 42], text: "pin 987654" })).toEqual({
      pin: "[secret]",
      deep: ["[secret]", 42],
      text: "pin [secret]",
    });
    expect(masker.data({ durationMs: 987654 })).toEqual({ durationMs: 987654 });
  });

  test("a secret that contains another one disappears whole", () => {
    const masker = createMasker(["abcd", "abcdefgh"]);

    expect(masker.text("abcdefgh")).toBe("[secret]");
  });

  test("values too short to mask are left alone", () => {
    const masker = createMasker(["abc", ""]);

    expect(masker.text("abc")).toBe("abc");
  });

  prop.prop([fc.string({ minLength: 4 }), fc.string(), fc.string()])(
    "no secret survives anywhere in the text",
    (secret, before, after) => {
      // The mask itself may contain a very short secret such as "secr"; nothing can be masked then.
      fc.pre(!"[secret]".includes(secret));
      const masked = createMasker([secret]).text(before + secret + after);

      expect(masked.replaceAll("[secret]", "\u0001").includes(secret)).toBe(false);
    },
  );
});
