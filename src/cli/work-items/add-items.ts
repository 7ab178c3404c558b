import type { WorkItemInput } from "../../contracts/index.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { type ClientFlags, openClient } from "../client/open-client.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readItemsFile } from "./item-files.ts";

/** Options of `casare queue add`. */
export interface AddItemsOptions extends ClientFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly file?: string;
  readonly reference?: string;
  readonly priority?: number;
  readonly deadline?: string;
  readonly postpone?: string;
  readonly each?: boolean;
}

/** Items that go with one request, all or none. */
const BATCH = 10_000;
/** And where each is by itself; small enough for the size of one request. */
const EACH_BATCH = 1_000;

/** Adds one item, or those of a file. Exits with 1 when `--each` had to leave some out. */
export async function addItems(context: CommandContext, queue: string, options: AddItemsOptions): Promise<ExitCode> {
  return options.file === undefined ? addOne(context, queue, options) : addMany(context, queue, options.file, options);
}

async function addOne(context: CommandContext, queue: string, options: AddItemsOptions): Promise<ExitCode> {
  if (options.each) throw cliErrors.CLI_USAGE({ problem: "--each goes with --file" });
  const { output, signal } = context;
  const { data, reference, priority, deadline, postpone } = options;
  const item: WorkItemInput = {
    ...(data !== undefined && { data: readData(data) }),
    ...(reference !== undefined && { reference }),
    ...(priority !== undefined && { priority }),
    ...(deadline !== undefined && { deadline }),
    ...(postpone !== undefined && { postponeUntil: postpone }),
  };
  const client = await openClient(context, options);
  const added = await client.workQueues.addItem(queue, item, { signal });
  if (options.json) output.json(added);
  else output.result(added.id);
  return EXIT.ok;
}

function readData(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Said below, without the text.
  }
  throw cliErrors.CLI_USAGE({ problem: '--data must be a JSON object, such as {"amount": 12.5}' });
}

const SINGLE_OPTIONS = ["data", "reference", "priority", "deadline", "postpone"] as const;

async function addMany(
  context: CommandContext,
  queue: string,
  file: string,
  options: AddItemsOptions,
): Promise<ExitCode> {
  const { output, signal } = context;
  const odd = SINGLE_OPTIONS.find((name) => options[name] !== undefined);
  if (odd !== undefined)
    throw cliErrors.CLI_USAGE({ problem: `--${odd} is for one item; the items of --file have their own` });
  const items = await readItemsFile(file, context);
  if (items.length > BATCH && !options.each) {
    const problem = `${file} holds ${items.length} items; more than ${BATCH} cannot be added all or none. Use --each, or several files`;
    throw cliErrors.CLI_USAGE({ problem });
  }
  const client = await openClient(context, options);
  const mode = options.each ? "each" : "all";
  const report = { added: 0, refused: 0, items: [] as unknown[] };
  const size = options.each ? EACH_BATCH : BATCH;
  for (let from = 0; from < items.length; from += size) {
    // Whether they are items is the orchestrator's to judge: it tells the place of every mistake.
    const batch = items.slice(from, from + size) as WorkItemInput[];
    const part = await client.workQueues.addItems(queue, { items: batch, mode }, { signal });
    report.added += part.added;
    report.refused += part.refused;
    report.items.push(...part.items);
    for (const [index, { problem }] of part.items.entries()) {
      if (problem !== undefined) output.note(`item ${from + index + 1}: ${problem.message} [${problem.code}]`);
    }
  }
  if (options.json) output.json(report);
  else output.result(`${report.added} items added${report.refused === 0 ? "" : `, ${report.refused} refused`}`);
  return report.refused === 0 ? EXIT.ok : EXIT.failed;
}
