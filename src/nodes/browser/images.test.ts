import { describe, expect, test } from "vitest";
import { chooseImages, urlsIn } from "./images.ts";

const images = [
  { url: "https://x.test/a.png", width: 10, height: 10 },
  { url: "https://x.test/b.JPG?v=1", width: 200, height: 100 },
  { url: "https://x.test/b.JPG?v=1", width: 200, height: 100 },
  { url: "data:image/png;base64,AA", width: 300, height: 300 },
  { url: "https://x.test/back.webp" },
];
const choice = { minWidth: 0, minHeight: 0, fileTypes: "" };

describe("chooseImages", () => {
  test("lists what can be fetched, each once, in order", () => {
    expect(chooseImages(images, choice)).toEqual([
      "https://x.test/a.png",
      "https://x.test/b.JPG?v=1",
      "https://x.test/back.webp",
    ]);
  });

  test("filters by size, where it is known, and by type", () => {
    expect(chooseImages(images, { ...choice, minWidth: 100 })).not.toContain("https://x.test/a.png");
    expect(chooseImages(images, { ...choice, fileTypes: "jpeg, .webp" })).toEqual([
      "https://x.test/b.JPG?v=1",
      "https://x.test/back.webp",
    ]);
  });
});

describe("urlsIn", () => {
  test("finds every image of a style", () => {
    expect(urlsIn(`linear-gradient(red, blue), url("https://x.test/a(1).png"), url(https://x.test/b.png)`)).toEqual([
      "https://x.test/a(1).png",
      "https://x.test/b.png",
    ]);
  });
});
