import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openJournal, readProducerJournal, readWorkerJournal, type WorkerEntry } from "./journal.ts";

describe("a journal", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "casare-journal-"));
    file = path.join(folder, "worker.ndjson");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start: WorkerEntry = { what: "start", jobId: "1", attempt: 1, pid: 2, atMs: 3 };

  test("is read as it was written, by one process after the other", () => {
    for (const attempt of [1, 2]) {
      const journal = openJournal<WorkerEntry>(file);
      journal.write({ ...start, attempt });
      journal.close();
    }

    expect(readWorkerJournal(file)).toEqual([start, { ...start, attempt: 2 }]);
  });

  test("does not hold the line in which its writer was killed", () => {
    writeFileSync(file, `${JSON.stringify(start)}\n{"what":"sta`);

    expect(readWorkerJournal(file)).toEqual([start]);
  });

  test("is empty when its writer was killed before the first line", () => {
    expect(readProducerJournal(file)).toEqual([]);
  });

  test("is refused when it holds something else", () => {
    writeFileSync(file, `${JSON.stringify({ ...start, attempt: 0 })}\n`);

    expect(() => readWorkerJournal(file)).toThrow(/attempt/);
    expect(() => readProducerJournal(file)).toThrow(/what/);
  });
});
