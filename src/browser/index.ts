export type { BrowserSession } from "./session.ts";
