import type { Command } from "commander";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";

export function addConfigCommand(program: Command, perform: Perform): void {
  const config = program.command("config").description("look at the settings");
  const show = config
    .command("show")
    .description("show every setting with its value, where it comes from, and what it means; secrets are masked")
    .option(...JSON_OPTION)
    .action((options: { readonly json?: boolean }) => perform((context) => showSettings(context, options)));
  withExamples(show, [
    ["casare config show", "all settings"],
    ["CASARE_PORT=8080 casare config show --json", "what a setting in the environment does"],
  ]);
  withExamples(config, [["casare config show", "all settings"]]);
}

async function showSettings(context: CommandContext, options: { readonly json?: boolean }): Promise<ExitCode> {
  const { loadCliSettings } = await import("../settings.ts");
  const settings = (await loadCliSettings(context.env)).describe();
  if (options.json) {
    context.output.json({
      settings: settings.map(({ name, value, source, description }) => ({
        name,
        value: value ?? null,
        source,
        description,
      })),
    });
  } else {
    const rows = settings.map(({ name, value, source, description }) => [name, value ?? "", source, description]);
    context.output.result(formatTable(["SETTING", "VALUE", "SOURCE", "MEANING"], rows));
  }
  return EXIT.ok;
}
