import { expect, test } from "vitest";
import { browserEnvironment } from "./browser-process.ts";

test("the browser gets the environment without this product's settings, with a locale and what it lacks", () => {
  const own = { PATH: "/bin", CASARE_API_KEY: "secret", CASARE_HOME: "/x", LANG: "C.UTF-8", UNSET: undefined };

  expect(browserEnvironment(own, { LD_LIBRARY_PATH: "/libs" })).toEqual({
    PATH: "/bin",
    LANG: "en_US.UTF-8",
    LD_LIBRARY_PATH: "/libs",
  });
});
