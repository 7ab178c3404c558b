import type { TenantId } from "../../core/ids.ts";

/** Sends what many callers hand in with few statements. */
export interface Coalescer<Call> {
  hand(tenantId: TenantId, call: Call): void;
  /** Waits until everything handed in so far has been sent and answered. */
  drain(): Promise<void>;
}

export interface CoalescerPlan<Call> {
  /** Takes out of the calls that wait, at least one, those that go with the next statement. */
  takeBatch(waiting: Call[]): readonly Call[];
  /** Sends a batch and settles every call of it; never rejects. */
  send(tenantId: TenantId, batch: readonly Call[]): Promise<void>;
}

interface Counter<Call> {
  readonly tenantId: TenantId;
  readonly waiting: Call[];
  flights: number;
}

/** Statements of a tenant under way: one is being worked on while the next one is being sent. */
const LANES = 2;

/**
 * Whatever has come together while the lanes were busy goes with the next statement. There is no timer, so a lone caller
 * waits for nobody.
 */
export function coalesce<Call>(plan: CoalescerPlan<Call>): Coalescer<Call> {
  const counters = new Map<TenantId, Counter<Call>>();
  const flights = new Set<Promise<void>>();

  function takeOff(counter: Counter<Call>): void {
    while (counter.flights < LANES && counter.waiting.length > 0) {
      counter.flights++;
      const flight = plan.send(counter.tenantId, plan.takeBatch(counter.waiting)).finally(() => {
        counter.flights--;
        flights.delete(flight);
        takeOff(counter);
      });
      flights.add(flight);
    }
  }

  function counterOf(tenantId: TenantId): Counter<Call> {
    let counter = counters.get(tenantId);
    if (counter === undefined) counters.set(tenantId, (counter = { tenantId, waiting: [], flights: 0 }));
    return counter;
  }

  return {
    hand(tenantId, call) {
      const counter = counterOf(tenantId);
      // Later in this turn of the event loop, so that callers of one turn fly together.
      if (counter.waiting.push(call) === 1) setImmediate(takeOff, counter);
    },
    async drain() {
      while (flights.size > 0 || [...counters.values()].some(({ waiting }) => waiting.length > 0)) {
        await Promise.all([new Promise((resolve) => setImmediate(resolve)), ...flights]);
      }
    },
  };
}
