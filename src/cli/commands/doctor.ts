import type { Command } from "commander";
import { JSON_OPTION, type Perform, withExamples } from "../command.ts";

export function addDoctorCommand(program: Command, perform: Perform): void {
  const command = program
    .command("doctor")
    .description("examine this machine and this installation, and say what to do about what is wrong")
    .option(...JSON_OPTION)
    .action((options: { readonly json?: boolean }) =>
      perform(async (context) => (await import("../doctor/run-doctor.ts")).runDoctor(context, options)),
    );
  withExamples(command, [
    ["casare doctor", "one line for each examination: ok, warn or fail"],
    ["casare doctor --json", "for a report to those who help"],
  ]);
}
