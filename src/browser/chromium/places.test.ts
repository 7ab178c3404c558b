import { describe, expect, test } from "vitest";
import { systemPlaces } from "./places.ts";

describe("systemPlaces", () => {
  test("prefers the headless shell on Linux and then Chromium to Chrome", () => {
    const paths = systemPlaces("linux", {}).map((place) => place.path);

    expect(paths.slice(0, 2)).toEqual(["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]);
    expect(paths).toContain("/usr/bin/google-chrome");
  });

  test("knows that a headless shell cannot show a window", () => {
    const shells = systemPlaces("linux", {}).filter((place) => !place.headed);

    expect(shells.map((place) => place.path)).toEqual(["/usr/bin/chromium-headless-shell"]);
  });

  test("looks into the applications of the machine and of the user on a Mac", () => {
    const paths = systemPlaces("darwin", { HOME: "/Users/ada" }).map((place) => place.path);

    expect(paths[0]).toBe("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    expect(paths[1]).toBe("/Users/ada/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  });

  test("looks into all program folders of Windows that are set, Edge last", () => {
    const paths = systemPlaces("win32", { PROGRAMFILES: "C:\\Program Files", LOCALAPPDATA: "" }).map((p) => p.path);

    expect(paths).toEqual([
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files\\Chromium\\Application\\chrome.exe",
      "C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe",
    ]);
  });
});
