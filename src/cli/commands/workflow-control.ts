import { type Command, Option } from "commander";
import type { WorkflowConcurrencyInput } from "../../contracts/index.ts";
import { findWorkflowId } from "../client/find-workflow.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { wholeNumber } from "../read-option.ts";

interface JsonFlag {
  readonly json?: boolean;
}

/** What becomes of jobs beyond a limit. */
export type OnLimit = NonNullable<WorkflowConcurrencyInput["onLimit"]>;
/** All of `OnLimit`. */
export const ON_LIMIT: readonly OnLimit[] = ["queue", "skip", "keep-latest", "cancel-oldest"];

/** Adds the commands that say how many jobs of a workflow are started, and whether. */
export function addWorkflowControl(workflow: Command, perform: Perform): void {
  addConcurrency(workflow, perform);
  addPause(workflow, perform);
  addResume(workflow, perform);
}

interface ConcurrencyOptions extends ClientFlags, JsonFlag {
  readonly limit?: number;
  readonly onLimit?: OnLimit;
  readonly remove?: boolean;
}

function addConcurrency(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("concurrency")
    .description("show, set or remove how many jobs of a workflow may be under way at once")
    .argument("<workflow>", "id or name of a stored workflow")
    .option("--limit <n>", "so many at once", wholeNumber(1, 10_000))
    .addOption(
      new Option(
        "--on-limit <what>",
        "with --limit: jobs beyond wait (queue, the default), are cancelled (skip), only the newest waits (keep-latest), or the oldest is stopped (cancel-oldest)",
      ).choices(ON_LIMIT),
    )
    .option("--remove", "any number at once")
    .option(...JSON_OPTION)
    .action((named: string, options: ConcurrencyOptions) =>
      perform((context) => changeConcurrency(context, named, options)),
    );
  withExamples(withClientFlags(command), [
    ["casare workflow concurrency Invoices", "what is set"],
    ["casare workflow concurrency Invoices --limit 1 --on-limit skip", "no second job while one is under way"],
  ]);
}

async function changeConcurrency(
  context: CommandContext,
  named: string,
  options: ConcurrencyOptions,
): Promise<ExitCode> {
  const { limit, onLimit, remove = false } = options;
  if (remove && limit !== undefined) throw cliErrors.CLI_USAGE({ problem: "Give either --limit or --remove" });
  if (onLimit !== undefined && limit === undefined) throw cliErrors.CLI_USAGE({ problem: "--on-limit needs --limit" });
  const { output, signal } = context;
  const client = await openClient(context, options);
  const id = await findWorkflowId(client, named, signal);
  const workflow = await (remove
    ? client.removeWorkflowConcurrency(id, { signal })
    : limit === undefined
      ? client.getWorkflow(id, { signal })
      : client.setWorkflowConcurrency(id, { limit, ...(onLimit && { onLimit }) }, { signal }));
  const { concurrency } = workflow;
  if (options.json) output.json({ workflowId: id, ...(concurrency && { concurrency }) });
  else if (concurrency) output.result(`${concurrency.limit} at once, beyond: ${concurrency.onLimit}`);
  else output.result("no limit");
  return EXIT.ok;
}

function addPause(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("pause")
    .description("start no more jobs of a workflow until it is resumed; what runs goes on")
    .argument("<workflow>", "id or name of a stored workflow")
    .option("--reason <text>", "kept with the pause, for people")
    .option(...JSON_OPTION)
    .action((named: string, options: ClientFlags & JsonFlag & { readonly reason?: string }) =>
      perform(async (context) => {
        const { output, signal } = context;
        const client = await openClient(context, options);
        const { reason } = options;
        const id = await findWorkflowId(client, named, signal);
        const pause = await client.pauseWorkflow(id, { signal, ...(reason !== undefined && { reason }) });
        if (options.json) output.json(pause);
        else output.result(`workflow ${pause.workflowName ?? id} is paused since ${pause.pausedAt}`);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [
    ['casare workflow pause Invoices --reason "the portal is down"', "casare job paused shows it"],
  ]);
}

function addResume(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("resume")
    .description("start jobs of a paused workflow again")
    .argument("<workflow>", "id or name of a stored workflow")
    .option(...JSON_OPTION)
    .action((named: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const { output, signal } = context;
        const client = await openClient(context, options);
        const id = await findWorkflowId(client, named, signal);
        const report = await client.resumeWorkflow(id, { signal });
        if (options.json) output.json(report);
        else output.result(`workflow ${named} ${report.wasPaused ? "is started again" : "was not paused"}`);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare workflow resume Invoices", "go on"]]);
}
