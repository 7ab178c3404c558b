/** What workers and producers write down before they do it, in files that no fault of the database touches. */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";

const jobId = z.string();
const attempt = z.int().min(1);
const atMs = z.number();

/** A line of a worker's journal. */
const workerEntry = z.discriminatedUnion("what", [
  z.object({ what: z.literal("start"), jobId, attempt, pid: z.int(), atMs }),
  z.object({
    what: z.literal("end"),
    jobId,
    attempt,
    atMs,
    how: z.enum(["complete", "fail", "fail-permanently", "stopped"]),
  }),
  /** The queue told the worker that what it said came too late. */
  z.object({ what: z.literal("rejected"), jobId, attempt }),
  z.object({ what: z.literal("error"), code: z.string(), message: z.string(), atMs }),
  z.object({ what: z.literal("fault"), message: z.string(), atMs }),
]);

/** A line of a producer's journal. */
const producerEntry = z.discriminatedUnion("what", [
  z.object({ what: z.literal("acknowledged"), n: z.int().min(0), jobId, created: z.boolean() }),
  /** Written before the request goes out. */
  z.object({ what: z.literal("cancel"), jobId }),
  z.object({ what: z.literal("cancel-answer"), jobId, kind: z.string(), state: z.string().optional() }),
  z.object({ what: z.literal("error"), code: z.string(), message: z.string(), atMs }),
]);

export type WorkerEntry = z.output<typeof workerEntry>;
export type ProducerEntry = z.output<typeof producerEntry>;

export interface Journal<Entry> {
  /** Is in the file when it returns: what follows may kill the process. */
  write(entry: Entry): void;
  close(): void;
}

export function openJournal<Entry extends WorkerEntry | ProducerEntry>(file: string): Journal<Entry> {
  // O_APPEND; a line is one write.
  const descriptor = openSync(file, "a");
  return {
    write: (entry) => {
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}

export function readWorkerJournal(file: string): WorkerEntry[] {
  return parseJournal(workerEntry, readText(file));
}

export function readProducerJournal(file: string): ProducerEntry[] {
  return parseJournal(producerEntry, readText(file));
}

/** A process that was killed at its start has written nothing. */
function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** A last line without its end was never written as far as its writer knows: a kill came in between. */
function parseJournal<Entry>(schema: z.ZodType<Entry>, text: string): Entry[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line) => schema.parse(JSON.parse(line)));
}
