import type { ConcurrencyRule } from "../job.ts";
import type { MemoryJob, Place } from "./memory-tenant.ts";

/** What is to become of a job for its limit's sake. */
export interface LimitVerdict {
  readonly kind: "admit" | "skip" | "supersede" | "stop";
  readonly job: MemoryJob;
}

interface Limit {
  rule: Required<ConcurrencyRule>;
  /** Jobs under way, oldest first. */
  readonly slots: Set<MemoryJob>;
  readonly parked: Set<MemoryJob>;
}

/** Concurrency limits of a tenant: who is under way, who is held back, and who is next. */
export class MemoryLimits {
  readonly #limits = new Map<string, Limit>();
  /** Keys of jobs that came or went. */
  readonly #touched = new Set<string>();

  /** The newest rule of a key counts. */
  learn(rule: Required<ConcurrencyRule>): void {
    const known = this.#limits.get(rule.key);
    if (known === undefined) this.#limits.set(rule.key, { rule, slots: new Set(), parked: new Set() });
    else known.rule = rule;
  }

  /** As `learn`, for the jobs that wait as well. */
  change(rule: Required<ConcurrencyRule>): void {
    this.learn(rule);
    this.#touched.add(rule.key);
  }

  ruleOf(own: Required<ConcurrencyRule>): Required<ConcurrencyRule> {
    return this.#limits.get(own.key)?.rule ?? own;
  }

  /** Where a job that is on its way to `place` really gets to; keeps the books. */
  gate(job: MemoryJob, place: Place): Place {
    const limit = this.#limits.get(job.accepted.concurrency?.key ?? "");
    if (limit === undefined) return place;
    this.#touched.add(limit.rule.key);
    limit.parked.delete(job);
    if (place.kind === "delayed" || place.kind === "done") limit.slots.delete(job);
    if (place.kind !== "ready" || limit.slots.has(job)) return place;
    limit.parked.add(job);
    return { ...place, kind: "parked" };
  }

  /** Keys whose jobs came or went since the last call. */
  takeTouched(): readonly string[] {
    const keys = [...this.#touched];
    this.#touched.clear();
    return keys;
  }

  /** The first thing that has to be done for a limit; `admit` is done by it, and the job only has to be moved into the line. */
  nextVerdict(key: string): LimitVerdict | undefined {
    const limit = this.#limits.get(key);
    if (limit === undefined) return undefined;
    const parked = [...limit.parked].toSorted(byUrgency);
    const [first] = parked;
    if (first === undefined) return undefined;
    if (limit.slots.size < limit.rule.limit) {
      limit.slots.add(first);
      return { kind: "admit", job: first };
    }
    return verdictOnTheRest(limit, parked);
  }
}

function verdictOnTheRest({ rule, slots }: Limit, parked: readonly MemoryJob[]): LimitVerdict | undefined {
  switch (rule.onLimit) {
    case "queue":
      return undefined;
    case "skip": {
      const fresh = parked.find((job) => job.place.attempt === 0);
      return fresh && { kind: "skip", job: fresh };
    }
    case "keep-latest": {
      const [newest, ...older] = parked.toSorted((a, b) => Number(b.id) - Number(a.id));
      const [next] = older;
      return newest && next && { kind: "supersede", job: next };
    }
    case "cancel-oldest": {
      const oldest = [...slots].toSorted((a, b) => Number(a.id) - Number(b.id)).slice(0, parked.length);
      const running = oldest.find((job) => job.place.kind !== "active" || job.place.stopping === "no");
      return running && { kind: "stop", job: running };
    }
  }
}

function byUrgency(a: MemoryJob, b: MemoryJob): number {
  return b.accepted.priority - a.accepted.priority || Number(a.id) - Number(b.id);
}
