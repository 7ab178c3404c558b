/** The command line `casare`. Start at README.md. */
export { describeCli } from "./program.ts";
export { cliConfig } from "./settings.ts";
