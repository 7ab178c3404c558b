import type { Command } from "commander";
import type { WorkQueueInput } from "../../contracts/index.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatDuration, formatTable } from "../progress/format.ts";
import { instant, oneOrMoreOf, seconds, wholeNumber } from "../read-option.ts";

interface JsonFlag {
  readonly json?: boolean;
}

interface PageFlags extends ClientFlags, JsonFlag {
  readonly limit: number;
  readonly cursor?: string;
}

const STATES = ["new", "in_progress", "successful", "failed", "abandoned", "retried", "deleted"] as const;

export function addQueueCommand(program: Command, perform: Perform): void {
  const queue = program.command("queue").description("work queues: make them, fill them, look after their items");
  addList(queue, perform);
  addCreate(queue, perform);
  addStats(queue, perform);
  addItems(queue, perform);
  addAdd(queue, perform);
  addRetry(queue, perform);
  withExamples(queue, [
    ["casare queue create Invoices --unique-reference", "a queue whose items have references of their own"],
    ["casare queue add Invoices --file invoices.json", "many items, all or none"],
    ["casare queue items Invoices --state failed", "what went wrong"],
  ]);
}

function addList(queue: Command, perform: Perform): void {
  const command = queue
    .command("list")
    .description("list work queues, newest first")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: PageFlags) => perform((context) => listQueues(context, options)));
  withExamples(withClientFlags(command), [["casare queue list --json", "for scripts"]]);
}

async function listQueues(context: CommandContext, options: PageFlags): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { limit, cursor } = options;
  const page = await client.workQueues.list({ limit, signal, ...(cursor !== undefined && { cursor }) });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no work queues");
  else {
    const rows = page.data.map((one) => [
      one.id,
      one.name,
      String(one.defaultPriority),
      one.uniqueReference ? "unique" : "",
      one.startRule === undefined ? "" : `${one.startRule.itemsPerJob} items a job, at most ${one.startRule.maxJobs}`,
      one.description,
    ]);
    output.result(formatTable(["ID", "NAME", "PRIORITY", "REFERENCES", "STARTS", "DESCRIPTION"], rows));
  }
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

interface CreateOptions extends ClientFlags, JsonFlag {
  readonly description?: string;
  readonly uniqueReference?: boolean;
  readonly schema?: string;
  readonly priority?: number;
  readonly maxRetries?: number;
  readonly retryDelay?: number;
  readonly retentionDays?: number;
  readonly workflow?: string;
  readonly itemsPerJob: number;
  readonly maxJobs: number;
}

function addCreate(queue: Command, perform: Perform): void {
  const command = queue
    .command("create")
    .description("make a work queue; its id is printed")
    .argument("<name>", "name of the queue")
    .option("--description <text>", "what it is for")
    .option("--unique-reference", "every item needs a reference that no other one has")
    .option("--schema <file>", "JSON Schema that the data of items must fit")
    .option("--priority <n>", "priority of items that bring none", wholeNumber(0, 100))
    .option("--max-retries <n>", "further attempts after application exceptions", wholeNumber(0, 1_000))
    .option("--retry-delay <seconds>", "time before a further attempt", seconds)
    .option("--retention-days <n>", "days for which ended items are kept", wholeNumber(1, 3_650))
    .option("--workflow <id>", "start jobs of this workflow for waiting items")
    .option("--items-per-job <n>", "with --workflow: a job for each so many items", wholeNumber(1, 100_000), 1)
    .option("--max-jobs <n>", "with --workflow: at most so many jobs at once", wholeNumber(1, 1_000), 1)
    .option(...JSON_OPTION)
    .action((name: string, options: CreateOptions) => perform((context) => create(context, name, options)));
  withExamples(withClientFlags(command), [
    ["casare queue create Invoices --unique-reference --schema invoice.schema.json", "checked when items are added"],
    ["casare queue create Orders --workflow ID --items-per-job 50 --max-jobs 4", "jobs start by themselves"],
  ]);
}

async function create(context: CommandContext, name: string, options: CreateOptions): Promise<ExitCode> {
  const client = await openClient(context, options);
  const made = await client.workQueues.create(await toInput(context, name, options), { signal: context.signal });
  if (options.json) context.output.json(made);
  else context.output.result(made.id);
  return EXIT.ok;
}

async function toInput(context: CommandContext, name: string, options: CreateOptions): Promise<WorkQueueInput> {
  const { description, uniqueReference, schema, priority, maxRetries, retryDelay, retentionDays, workflow } = options;
  const { readSchemaFile } = await import("../work-items/item-files.ts");
  const application = {
    ...(maxRetries !== undefined && { maxRetries }),
    ...(retryDelay !== undefined && { delayMs: Math.round(retryDelay * 1_000) }),
  };
  return {
    name,
    ...(description !== undefined && { description }),
    ...(uniqueReference !== undefined && { uniqueReference }),
    ...(schema !== undefined && { itemSchema: await readSchemaFile(schema, context) }),
    ...(priority !== undefined && { defaultPriority: priority }),
    ...(Object.keys(application).length > 0 && { retry: { application } }),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(workflow !== undefined && {
      startRule: { workflowId: workflow, itemsPerJob: options.itemsPerJob, maxJobs: options.maxJobs },
    }),
  };
}

function addStats(queue: Command, perform: Perform): void {
  const command = queue
    .command("stats")
    .description("figures of a work queue")
    .argument("<queue>", "name or id of the queue")
    .option(...JSON_OPTION)
    .action((named: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const stats = await client.workQueues.stats(named, { signal: context.signal });
        if (options.json) context.output.json(stats);
        else {
          const { averageHandlingMs: average, oldestNewMs: oldest } = stats;
          const rows = [
            ...Object.entries(stats.counts).map(([state, count]) => [state, String(count)]),
            ["due now", String(stats.due)],
            ["postponed", String(stats.postponed)],
            ["missed deadlines", String(stats.deadlineMisses)],
            ["handling time", average === undefined ? "" : formatDuration(average)],
            ["oldest new item", oldest === undefined ? "" : formatDuration(oldest)],
          ];
          context.output.result(formatTable(["WHAT", "VALUE"], rows));
        }
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare queue stats Invoices", "how it goes"]]);
}

interface ItemsOptions extends PageFlags {
  readonly state?: readonly (typeof STATES)[number][];
  readonly reference?: string;
}

function addItems(queue: Command, perform: Perform): void {
  const command = queue
    .command("items")
    .description("list the items of a work queue, newest first")
    .argument("<queue>", "name or id of the queue")
    .option("--state <state>", `only items in this state (${STATES.join(", ")}); may be repeated`, oneOrMoreOf(STATES))
    .option("--reference <text>", "only items with this reference")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((named: string, options: ItemsOptions) => perform((context) => listItems(context, named, options)));
  withExamples(withClientFlags(command), [
    ["casare queue items Invoices --state failed --state abandoned", "what needs somebody to look at it"],
  ]);
}

async function listItems(context: CommandContext, named: string, options: ItemsOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { state, reference, limit, cursor } = options;
  const page = await client.workQueues.listItems(named, {
    limit,
    signal,
    ...(state && { state }),
    ...(reference !== undefined && { reference }),
    ...(cursor !== undefined && { cursor }),
  });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no items");
  else {
    const rows = page.data.map((item) => [
      item.id,
      item.state,
      item.reference ?? "",
      String(item.priority),
      String(item.attempt),
      item.createdAt,
      item.exception === undefined ? (item.progress ?? "") : `${item.exception.code}: ${item.exception.message}`,
    ]);
    output.result(formatTable(["ID", "STATE", "REFERENCE", "PRIORITY", "ATTEMPT", "ADDED", "NOTE"], rows));
  }
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

interface AddOptions extends ClientFlags, JsonFlag {
  readonly data?: string;
  readonly file?: string;
  readonly reference?: string;
  readonly priority?: number;
  readonly deadline?: string;
  readonly postpone?: string;
  readonly each?: boolean;
}

function addAdd(queue: Command, perform: Perform): void {
  const command = queue
    .command("add")
    .description("add an item, or with --file many, to a work queue")
    .argument("<queue>", "name or id of the queue")
    .option("--data <json>", "data of the item, a JSON object")
    .option("--reference <text>", "its name in the outside world")
    .option("--priority <n>", "0 to 100, larger is more urgent", wholeNumber(0, 100))
    .option("--deadline <instant>", "when it should have ended, such as 2026-12-31T00:00:00Z", instant)
    .option("--postpone <instant>", "not before this instant", instant)
    .option("--file <path>", "a JSON list of items, or one item a line; - for stdin")
    .option("--each", "with --file: add those that can be, instead of all or none")
    .option(...JSON_OPTION)
    .action((named: string, options: AddOptions) =>
      perform(async (context) => (await import("../work-items/add-items.ts")).addItems(context, named, options)),
    );
  withExamples(withClientFlags(command), [
    [`casare queue add Invoices --reference INV-1 --data '{"amount": 12.5}'`, "one item; its id is printed"],
    ["casare queue add Invoices --file invoices.json --each", "many, with a report on each"],
  ]);
}

function addRetry(queue: Command, perform: Perform): void {
  const command = queue
    .command("retry")
    .description("send failed or abandoned items back into the line, with all their retries")
    .argument("<queue>", "name or id of the queue")
    .argument("<item...>", "ids of the items")
    .option("--note <text>", "kept with the items")
    .option(...JSON_OPTION)
    .action((named: string, itemIds: readonly string[], options: ClientFlags & JsonFlag & { readonly note?: string }) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const { note } = options;
        const items = [];
        for (const itemId of itemIds) {
          const given = { signal: context.signal, ...(note !== undefined && { note }) };
          items.push(await client.workQueues.retryItem(named, itemId, given));
          if (!options.json) context.output.result(`item ${itemId} waits for another attempt`);
        }
        if (options.json) context.output.json(items);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [
    ["casare queue retry Invoices 019b76da-a800-7000-8000-000000000001", "one more time"],
  ]);
}
