import { type Command, Option } from "commander";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";
import { instant, wholeNumber } from "../read-option.ts";

interface JsonFlag {
  readonly json?: boolean;
}

export function addKeyCommand(program: Command, perform: Perform): void {
  const key = program.command("key").description("make and revoke the API keys of robots");
  addCreate(key, perform);
  addRevoke(key, perform);
  addList(key, perform);
  withExamples(key, [
    ["casare key create --kind robot --name warehouse > robot.key", "the key itself, and nothing else, in a file"],
    ["casare key list", "who has keys, and when they were last used"],
  ]);
}

interface CreateOptions extends ClientFlags, JsonFlag {
  readonly name: string;
  readonly expires?: string;
}

function addCreate(key: Command, perform: Perform): void {
  const command = key
    .command("create")
    .description("make a key; it is printed on stdout this once")
    .addOption(new Option("--kind <kind>", "whose key it is").choices(["robot"]).default("robot"))
    .requiredOption("--name <name>", "what the key is for")
    .option("--expires <instant>", "ends by itself, such as 2026-12-31T00:00:00Z", instant)
    .option(...JSON_OPTION)
    .action((options: CreateOptions) => perform((context) => create(context, options)));
  withExamples(withClientFlags(command), [
    ["casare key create --kind robot --name warehouse", "a key for a robot of the warehouse"],
  ]);
}

async function create(context: CommandContext, options: CreateOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { name, expires } = options;
  const issued = await client.createRobotKey(
    { name, ...(expires !== undefined && { expiresAt: expires }) },
    { signal },
  );
  if (options.json) output.json(issued);
  else output.result(issued.key);
  output.note(`key ${issued.id} for ${issued.name}; it is shown this once`);
  return EXIT.ok;
}

function addRevoke(key: Command, perform: Perform): void {
  const command = key
    .command("revoke")
    .description("end a key at once; robots that use it are refused from then on")
    .argument("<id>", "id of the key")
    .option(...JSON_OPTION)
    .action((id: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const revoked = await client.revokeRobotKey(id, { signal: context.signal });
        if (options.json) context.output.json(revoked);
        else context.output.result(`key ${revoked.id} (${revoked.name}) revoked`);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare key revoke 019b76da-a800-7000-8000-000000000001", "by its id"]]);
}

function addList(key: Command, perform: Perform): void {
  const command = key
    .command("list")
    .description("list the keys of robots, newest first")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => perform((context) => list(context, options)));
  withExamples(withClientFlags(command), [["casare key list --json", "for scripts"]]);
}

interface ListOptions extends ClientFlags, JsonFlag {
  readonly limit: number;
  readonly cursor?: string;
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { limit, cursor } = options;
  const page = await client.listRobotKeys({ limit, signal, ...(cursor !== undefined && { cursor }) });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no keys");
  else {
    const rows = page.data.map((entry) => [
      entry.id,
      entry.name,
      `${entry.prefix}…`,
      entry.createdAt,
      entry.revokedAt === undefined ? (entry.expiresAt ?? "never") : `revoked ${entry.revokedAt}`,
      entry.lastUsedAt ?? "never",
    ]);
    output.result(formatTable(["ID", "NAME", "KEY", "CREATED", "ENDS", "LAST USED"], rows));
  }
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}
