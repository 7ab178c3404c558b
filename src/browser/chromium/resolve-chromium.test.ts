import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../core/errors.ts";
import { chooseChromium, resolveChromium } from "./resolve-chromium.ts";

const node = process.execPath;

describe("resolveChromium", () => {
  test("takes the configured program and looks no further", async () => {
    expect(await resolveChromium({ env: { CASARE_CHROMIUM_PATH: node } })).toEqual({
      executablePath: node,
      env: {},
      source: "configured",
    });
  });

  test("refuses a configured path that is no program, rather than using something else", async () => {
    const failure = resolveChromium({ env: { CASARE_CHROMIUM_PATH: join(node, "..", "absent") } });

    await expect(failure).rejects.toSatisfy((error) => hasCode(error, "BROWSER_PATH_INVALID"));
  });
});

describe("chooseChromium", () => {
  const options = { env: {} };

  test("takes the first installed browser", async () => {
    const places = [
      { source: "playwright", path: "/absent/chrome", headed: true },
      { source: "system", path: node, headed: true },
    ] as const;

    expect(await chooseChromium(places, undefined, options)).toMatchObject({ executablePath: node, source: "system" });
  });

  test("leaves out what cannot show a window when one is wanted", async () => {
    const places = [{ source: "system", path: node, headed: false }] as const;

    const failure = chooseChromium(places, undefined, { ...options, headed: true });

    await expect(failure).rejects.toSatisfy((error) => hasCode(error, "BROWSER_NOT_FOUND"));
  });

  test("names all places it searched, and the remedies, when there is none", async () => {
    const places = [{ source: "system", path: "/absent/chrome", headed: true }] as const;

    const failure = chooseChromium(places, undefined, options);

    await expect(failure).rejects.toThrow(/\/absent\/chrome.*npx playwright-core install.*CASARE_CHROMIUM_PATH/);
  });
});
