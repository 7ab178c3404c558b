import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { formatKey, hashSecret, keyPrefix, newSecret, parseKey, secretMatches } from "./key-text.ts";
import { KEY_KINDS } from "./principal.ts";

const id = "019b76da-a800-7000-8000-000000000001";
const secret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE";

describe("the text of a key", () => {
  test("starts with its kind and id and ends with its secret", () => {
    expect(formatKey({ kind: "robot", id, secret })).toBe(`crpa_robot_019b76daa80070008000000000000001_${secret}`);
    expect(keyPrefix("admin", id)).toBe("crpa_admin_019b76daa80070008000000000000001");
  });

  prop.prop([fc.constantFrom(...KEY_KINDS), fc.uuid()])("is read back as it was made", (kind, anyId) => {
    const key = { kind, id: anyId, secret: newSecret() };

    expect(parseKey(formatKey(key))).toEqual(key);
  });

  prop.prop([fc.string()])("is not found in other text", (text) => {
    expect(parseKey(text)).toBeUndefined();
  });

  test.each([
    "crpa_root_019b76daa80070008000000000000001_" + secret,
    "crpa_robot_019B76DAA80070008000000000000001_" + secret,
    "crpa_robot_019b76daa80070008000000000000001_" + secret.slice(1),
    "crpa_robot_019b76daa80070008000000000000001_" + secret + "\n",
    " crpa_robot_019b76daa80070008000000000000001_" + secret,
  ])("is not read from %j", (text) => {
    expect(parseKey(text)).toBeUndefined();
  });
});

describe("a secret", () => {
  test("has 43 characters and is never the same", () => {
    expect(newSecret()).toMatch(/^[\w-]{43}$/);
    expect(newSecret()).not.toBe(newSecret());
  });

  test("matches its own hash only", () => {
    expect(secretMatches(secret, hashSecret(secret))).toBe(true);
    expect(secretMatches(`${secret}x`, hashSecret(secret))).toBe(false);
    expect(secretMatches(secret, new Uint8Array(3))).toBe(false);
  });
});
