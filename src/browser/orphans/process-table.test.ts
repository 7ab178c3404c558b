import { describe, expect, test } from "vitest";
import { ownerOfThisProcess, readPs, readStat, systemProcesses } from "./process-table.ts";

describe("readStat", () => {
  test("reads past a name with spaces and parentheses", () => {
    const stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1";

    expect(readStat(stat)).toEqual({ state: "S", group: 42, start: "987654" });
  });
});

describe("readPs", () => {
  test("reads processes and leaves out zombies", () => {
    const output = [
      "  501   501 Ss   Tue Nov 25 10:00:00 2025     /opt/chrome --headless --casare-owner=x",
      "  502   501 Z    Tue Nov 25 10:00:01 2025     (chrome)",
      "",
    ].join("\n");

    expect(readPs(output)).toEqual([
      {
        pid: 501,
        start: String(Date.parse("Tue Nov 25 10:00:00 2025")),
        namespace: "-",
        leadsGroup: true,
        commandLine: ["/opt/chrome", "--headless", "--casare-owner=x"],
      },
    ]);
  });
});

describe.runIf(process.platform === "linux")("systemProcesses", () => {
  test("lists this process with its arguments", async () => {
    const row = (await systemProcesses().list()).find((candidate) => candidate.pid === process.pid);

    expect(row?.commandLine[0]).toContain("node");
    expect(row?.start).toMatch(/^\d+$/);
  });

  test("knows nothing of a process that does not exist", async () => {
    expect(await systemProcesses().row(4_194_999)).toBeUndefined();
  });

  test("tells who this process is", async () => {
    const owner = await ownerOfThisProcess(systemProcesses());

    expect(owner.pid).toBe(process.pid);
    expect(owner.namespace).toMatch(/^\d+$/);
  });
});
