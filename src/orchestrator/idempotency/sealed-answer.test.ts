import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { openAnswer, sealAnswer } from "./sealed-answer.ts";

const answer = { status: 201, headers: { location: "/x" }, body: '{"key":"crpa_secret"}' };

test("a sealed answer shows nothing and opens with the key it was sealed with only", () => {
  const sealed = sealAnswer(answer, "caller-key");

  expect(Buffer.from(sealed).toString("latin1")).not.toContain("secret");
  expect(openAnswer(sealed, "caller-key")).toEqual(answer);
  expect(() => openAnswer(sealed, "other-key")).toThrow(/authenticate/);
});

prop.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])("a changed byte is found", (position, change) => {
  const sealed = Buffer.from(sealAnswer({ status: 204, headers: {} }, "k"));
  const at = position % sealed.length;
  sealed[at] = (sealed[at] ?? 0) ^ change;

  expect(() => openAnswer(sealed, "k")).toThrow(/authenticate/);
});
