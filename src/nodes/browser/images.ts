import type { Page } from "playwright-core";

/** An image as it was found on a page. */
export interface FoundImage {
  /** Absolute. */
  readonly url: string;
  /** Pixels of the image itself; undefined for backgrounds. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface ImageChoice {
  readonly minWidth: number;
  readonly minHeight: number;
  /** Extensions with commas between them, `png, .jpg`; empty for all. */
  readonly fileTypes: string;
}

/** Addresses that can be fetched, each once, in the order of the page. Pure. */
export function chooseImages(images: readonly FoundImage[], choice: ImageChoice): string[] {
  const types = choice.fileTypes
    .toLowerCase()
    .split(/[\s,;]+/)
    .map((type) => type.replace(/^\./, ""))
    .filter((type) => type !== "");
  // Two names of one type.
  if (types.includes("jpg") || types.includes("jpeg")) types.push("jpg", "jpeg");
  const chosen = images.filter(
    ({ url, width = Infinity, height = Infinity }) =>
      /^https?:/i.test(url) &&
      width >= choice.minWidth &&
      height >= choice.minHeight &&
      (types.length === 0 || types.includes(extensionOf(url))),
  );
  return [...new Set(chosen.map((image) => image.url))];
}

function extensionOf(url: string): string {
  if (!URL.canParse(url)) return "";
  return /\.(\w+)$/.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? "";
}

interface ImageElement {
  readonly currentSrc: string;
  readonly src: string;
  readonly naturalWidth: number;
  readonly naturalHeight: number;
}

interface StyledElement {
  readonly ownerDocument: {
    readonly defaultView: { getComputedStyle(element: unknown): { readonly backgroundImage: string } };
  };
}

/** All images of the page, backgrounds last. */
export async function readImages(page: Page, backgrounds: boolean): Promise<FoundImage[]> {
  const images = await page.locator("img").evaluateAll((found: ImageElement[]) =>
    found.map((image) => ({
      url: image.currentSrc === "" ? image.src : image.currentSrc,
      width: image.naturalWidth,
      height: image.naturalHeight,
    })),
  );
  if (!backgrounds) return images;
  const styles = await page.locator("*").evaluateAll((found: StyledElement[]) =>
    found.flatMap((element) => {
      const view = element.ownerDocument.defaultView;
      const { backgroundImage } = view.getComputedStyle(element);
      return backgroundImage.includes("url(") ? [backgroundImage] : [];
    }),
  );
  return [...images, ...styles.flatMap(urlsIn).map((url) => ({ url }))];
}

/** The addresses in the computed value of `background-image`, which are absolute already. Pure. */
export function urlsIn(backgroundImage: string): string[] {
  return [...backgroundImage.matchAll(/url\(\s*(["']?)(.*?)\1\s*\)/g)].map((match) => match[2] ?? "");
}
