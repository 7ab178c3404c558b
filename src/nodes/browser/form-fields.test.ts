import { describe, expect, test } from "vitest";
import { isChosen, readFormFields } from "./form-fields.ts";

describe("readFormFields", () => {
  test("tells labels from selectors in a mapping", () => {
    const keys = ["First name", "e-mail", "#a", "[name=b]", "//input", "label=City", "form >> css=c", "price (net)"];
    const fields = readFormFields(Object.fromEntries(keys.map((key) => [key, ""])), [], true);

    expect(fields.filter((field) => field.isSelector).map((field) => field.key)).toEqual([
      "#a",
      "[name=b]",
      "//input",
      "label=City",
      "form >> css=c",
    ]);
  });

  test("takes what field nodes collected, after the mapping", () => {
    const collected = [{ selector: "#b", value: "2", field_type: "select", clear_first: false }];

    expect(readFormFields({ A: 1 }, collected, true)).toEqual([
      { key: "A", isSelector: false, value: 1, type: undefined, clearFirst: true },
      { key: "#b", isSelector: true, value: "2", type: "select", clearFirst: false },
    ]);
  });

  test("says which entry is no field", () => {
    expect(() => readFormFields({}, [{ selector: "#a" }, "x"], true)).toThrow(
      /fields_in has no form field at position 1/,
    );
  });
});

describe("isChosen", () => {
  test.each([
    ["true", true],
    ["yes", true],
    ["off", false],
    [" No ", false],
    ["", false],
    [1, true],
    [0, false],
    [null, false],
  ])("%j: %s", (value, expected) => {
    expect(isChosen(value)).toBe(expected);
  });
});
