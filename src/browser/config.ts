import { z } from "zod";

/** Settings of this area; `config` merges all areas' schemas. */
export const browserConfig = z.object({
  CHROMIUM_PATH: z
    .string()
    .min(1)
    .optional()
    .describe("program to use as browser; without it an installed Chromium or the bundled one is found"),
  BROWSER_HEADLESS: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("false shows the browser where there is a display"),
  BROWSER_SANDBOX: z
    .enum(["auto", "off"])
    .default("auto")
    .describe("auto: on, except for root, where Chromium refuses it; off only where user namespaces are not available"),
  BROWSER_MAX_CONTEXTS: z.coerce
    .number()
    .int()
    .min(1)
    .default(200)
    .describe("jobs a browser process serves before a fresh one takes over; the old one ends with its last job"),
  BROWSER_LAUNCH_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(30_000)
    .describe("milliseconds a browser may take to start"),
});

/** The settings after they were read. */
export type BrowserConfig = z.output<typeof browserConfig>;
