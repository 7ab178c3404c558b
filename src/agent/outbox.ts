import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AgentLog } from "./agent-log.ts";
import { AttemptOutbox, type OutboxRoom } from "./attempt-outbox.ts";
import { Backlog, restoreBacklog } from "./backlog.ts";
import { OutboxFile } from "./outbox-file.ts";
import { type AttemptId, decodeRecords, encodeRecord } from "./outbox-record.ts";

const SUFFIX = ".jsonl";

/** The robot's memory of what the orchestrator has not acknowledged; survives disconnects and crashes. */
export interface Outbox {
  /** Attempts that are not discarded, oldest first. */
  readonly attempts: readonly AttemptOutbox[];
  /** Begins to keep an attempt. */
  begin(id: AttemptId): AttemptOutbox;
  /** @param listener called whenever there may be something new to send. */
  onChange(listener: (attempt: AttemptOutbox) => void): void;
  /** Resolves when all is durable. Files stay. */
  close(): Promise<void>;
}

interface OutboxOptions {
  readonly folder: string;
  /** Bytes of events that may wait; see `admitsEvent`. */
  readonly limitBytes: number;
  readonly log: AgentLog;
}

/** Opens the outbox in a folder and reads what an earlier process left there; the caller closes it. */
export async function openOutbox({ folder, limitBytes, log }: OutboxOptions): Promise<Outbox> {
  const attempts = new Map<string, AttemptOutbox>();
  const listeners: ((attempt: AttemptOutbox) => void)[] = [];
  const room: OutboxRoom = {
    usedBytes: 0,
    limitBytes,
    log,
    onChange: (attempt) => {
      for (const listener of listeners) listener(attempt);
    },
    onDiscard: (attempt) => attempts.delete(keyOf(attempt.id)),
  };

  function open(backlog: Backlog, isWhole: boolean): AttemptOutbox {
    const key = keyOf(backlog.id);
    const content = (): string => backlog.snapshot().map(encodeRecord).join("");
    const file = new OutboxFile(join(folder, `${key}${SUFFIX}`), content, isWhole);
    const attempt = new AttemptOutbox(backlog, file, room);
    attempts.set(key, attempt);
    return attempt;
  }

  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of (await readdir(folder)).toSorted()) {
    const path = join(folder, name);
    // A copy that was being written when the process died; the original is still there.
    if (name.endsWith(".new")) await rm(path, { force: true });
    if (!name.endsWith(SUFFIX)) continue;
    const { records, isWhole } = decodeRecords(await readFile(path, "utf8"));
    const backlog = restoreBacklog(records);
    if (backlog !== undefined && name === `${keyOf(backlog.id)}${SUFFIX}`) {
      open(backlog, isWhole);
      continue;
    }
    // Damaged: nothing in it can be sent.
    log.warn({ file: name }, "outbox file not understood and put aside");
    await rename(path, `${path}.bad`);
  }

  return {
    get attempts() {
      return [...attempts.values()];
    },
    begin: (id) => open(new Backlog(id), false),
    onChange(listener) {
      listeners.push(listener);
    },
    async close() {
      for (const attempt of attempts.values()) await attempt.close();
    },
  };
}

/** File names sort by job id, that is by age. */
function keyOf(id: AttemptId): string {
  return `${id.jobId.padStart(19, "0")}-${id.attempt}`;
}
