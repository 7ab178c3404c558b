import { describe, expect, test } from "vitest";
import { chooseTarget, type TargetFacts } from "./target.ts";

const nothing: TargetFacts = {
  givenUrl: undefined,
  givenPort: undefined,
  givenKey: undefined,
  local: { url: undefined, key: undefined },
};
const local = { key: "local", url: "http://127.0.0.1:8123" };

describe("chooseTarget", () => {
  test.each([
    ["nothing is known", {}, { url: "http://127.0.0.1:8000", key: undefined }],
    ["a start left word", { local }, { url: "http://127.0.0.1:8123", key: "local" }],
    ["the port is given", { givenPort: 8_123, local }, { url: "http://127.0.0.1:8123", key: "local" }],
    [
      "the address is given by name",
      { givenUrl: "http://localhost:8123/", local },
      { url: "http://localhost:8123/", key: "local" },
    ],
    ["a key is given", { givenKey: "given", local }, { url: "http://127.0.0.1:8123", key: "given" }],
  ])("when %s", (_case, facts, expected) => {
    expect(chooseTarget({ ...nothing, ...facts })).toEqual(expected);
  });

  test.each(["https://rpa.example.com", "http://127.0.0.1:9999", "http://127.0.0.1:8123@example.com", "nonsense"])(
    "the local key does not go to %s",
    (givenUrl) => {
      expect(chooseTarget({ ...nothing, givenUrl, local }).key).toBeUndefined();
    },
  );
});
