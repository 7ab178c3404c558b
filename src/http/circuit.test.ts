import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { admit, type Circuit, CLOSED_CIRCUIT, settle } from "./circuit.ts";

const rules = { failuresToOpen: 3, openMs: 1_000, successesToClose: 2 };

function after(outcomes: readonly ("success" | "failure" | "neutral")[], nowMs = 0): Circuit {
  return outcomes.reduce((circuit: Circuit, outcome) => settle(circuit, outcome, rules, nowMs), CLOSED_CIRCUIT);
}

/** The circuit after the probe was let through. */
function probing(circuit: Circuit, nowMs: number): Circuit {
  const admission = admit(circuit, nowMs);
  if (admission.kind !== "pass") throw new Error("expected it to pass");
  return admission.circuit;
}

describe("circuit", () => {
  test("opens with so many failures in a row, and a success or nothing in between matters", () => {
    expect(after(["failure", "failure"]).state).toBe("closed");
    expect(after(["failure", "failure", "success", "failure", "failure"]).state).toBe("closed");
    expect(after(["failure", "neutral", "failure", "failure"]).state).toBe("open");
  });

  test("open, it refuses and says for how long", () => {
    const open = after(["failure", "failure", "failure"], 500);

    expect(admit(open, 600)).toEqual({ kind: "refuse", failures: 3, retryInMs: 900 });
    expect(admit(open, 1_500).kind).toBe("pass");
  });

  test("half-open, one request passes at a time, and so many successes close it", () => {
    const first = probing(after(["failure", "failure", "failure"]), 1_000);
    expect(admit(first, 1_000)).toMatchObject({ kind: "refuse" });

    const between = settle(first, "success", rules, 1_100);
    const second = probing(between, 1_100);

    expect(between.state).toBe("half-open");
    expect(settle(second, "success", rules, 1_200)).toEqual(CLOSED_CIRCUIT);
  });

  test("half-open, a failure opens it again for the whole time, and a request that says nothing keeps it", () => {
    const probe = probing(after(["failure", "failure", "failure"]), 1_000);

    expect(settle(probe, "failure", rules, 1_200)).toEqual({ state: "open", untilMs: 2_200, failures: 4 });
    expect(admit(settle(probe, "neutral", rules, 1_200), 1_200).kind).toBe("pass");
  });

  prop.prop([
    fc.array(fc.record({ outcome: fc.constantFrom("success", "failure", "neutral"), waitMs: fc.nat(1_500) })),
  ])("never locks a server out for longer than the open time", (steps) => {
    let circuit: Circuit = CLOSED_CIRCUIT;
    let nowMs = 0;
    for (const { outcome, waitMs } of steps) {
      nowMs += waitMs;
      const admission = admit(circuit, nowMs);
      if (admission.kind === "pass") circuit = settle(admission.circuit, outcome, rules, nowMs);
    }

    expect(admit(circuit, nowMs + rules.openMs).kind).toBe("pass");
  });
});
