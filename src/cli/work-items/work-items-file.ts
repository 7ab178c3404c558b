import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { DEFAULT_TENANT, newId } from "../../core/ids.ts";
import { createWorkItems, type WorkItemBackend, type WorkItems } from "../../nodes/index.ts";
import { MemoryWorkItemStore, type WorkItemsDocument, workItemsDocument } from "../../queue/items/index.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { readInput } from "../workflow-input/read-input.ts";
import { createLocalWorkItems, LOCAL_HOLDER } from "./local-work-items.ts";

/** Work queues of a file, for one run. */
export interface WorkItemsFile {
  readonly workItems: WorkItems;
  /** Gives back what the run still holds, writes the file a last time and frees it. */
  close(): Promise<void>;
}

/**
 * Opens the work queues of a JSON file for one run. Every change is in the file before the node that made it goes on, so a
 * run that is killed leaves it as it was at that moment. What such a run held counts as abandoned.
 *
 * Rejects with CLI_FILE_NOT_FOUND, CLI_FILE_UNREADABLE, CLI_WORK_ITEMS_IN_USE. The caller closes it.
 */
export async function openWorkItemsFile(path: string, context: CommandContext): Promise<WorkItemsFile> {
  if (path === "-") throw cliErrors.CLI_USAGE({ problem: "--work-items takes a file, because it is written as well" });
  const file = resolve(context.cwd, path);
  const unlock = await lockFile(file, path);
  try {
    const store = new MemoryWorkItemStore();
    loadInto(store, await readDocument(path, context), path);
    await endAll(store);
    const save = createSaver(() => writeDocument(file, store.dump(DEFAULT_TENANT)));
    const workItems = createWorkItems(savingAfter(createLocalWorkItems(store), save));
    return {
      workItems,
      async close() {
        try {
          await endAll(store);
          await save();
        } finally {
          await unlock();
        }
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Stands in where no file was given: says what to do as soon as a workflow asks for work queues. */
export function missingWorkItems(): WorkItems {
  return createWorkItems({ take: refuse, add: refuse, settle: refuse, progress: refuse });
}

async function refuse(): Promise<never> {
  throw cliErrors.CLI_WORK_ITEMS_MISSING({});
}

async function readDocument(path: string, context: CommandContext): Promise<WorkItemsDocument> {
  const text = await readInput(path, context);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser's message quotes the text, and the text may hold secrets; only the place is taken from it.
    const place = /at position \d+/.exec(messageOf(error))?.[0];
    throw unreadable(path, `it is not JSON${place === undefined ? "" : ` (${place})`}`);
  }
  const read = workItemsDocument.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw unreadable(path, `${issue?.path.map(String).join(".") ?? ""} ${issue?.message ?? "is not valid"}`.trim());
}

function loadInto(store: MemoryWorkItemStore, document: WorkItemsDocument, path: string): void {
  try {
    store.load(DEFAULT_TENANT, document);
  } catch (error) {
    throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: messageOf(error) }, { cause: error });
  }
}

/** No run is at work on the file: what is in progress was left behind. */
async function endAll(store: MemoryWorkItemStore): Promise<void> {
  await store.endHolder(DEFAULT_TENANT, LOCAL_HOLDER);
  for (const holder of await store.holders()) await store.endHolder(DEFAULT_TENANT, holder);
}

function savingAfter(backend: WorkItemBackend, save: () => Promise<void>): WorkItemBackend {
  const saved = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    await save();
    return result;
  };
  return {
    take: (...call) => saved(backend.take(...call)),
    add: (...call) => saved(backend.add(...call)),
    settle: (...call) => saved(backend.settle(...call)),
    progress: (...call) => saved(backend.progress(...call)),
  };
}

/** One write at a time; calls that come meanwhile share the next one, which holds their changes. */
function createSaver(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function start(): Promise<void> {
    next = undefined;
    running = write().finally(() => {
      if (next === undefined) running = undefined;
    });
    return running;
  }

  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}

/** In one step: whoever reads the file sees it before or after. */
async function writeDocument(file: string, document: WorkItemsDocument): Promise<void> {
  const draft = `${file}.${newId()}.tmp`;
  try {
    await writeFile(draft, `${JSON.stringify(document, undefined, 2)}\n`, { flush: true });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Two runs on one file would take the same items. */
async function lockFile(file: string, path: string): Promise<() => Promise<void>> {
  const lock = `${file}.lock`;
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      return () => rm(lock, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") throw cliErrors.CLI_FILE_NOT_FOUND({ path }, { cause: error });
      if (code !== "EEXIST") throw error;
      const pid = Number(await readFile(lock, "utf8").catch(() => ""));
      if (attempt > 0 || isAlive(pid)) throw cliErrors.CLI_WORK_ITEMS_IN_USE({ path, pid, lock }, { cause: error });
      await rm(lock, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs as somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function unreadable(path: string, problem: string): Error {
  return cliErrors.CLI_FILE_UNREADABLE({ path, problem });
}
