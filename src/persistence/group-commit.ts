import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";

interface Waiting<T> {
  readonly items: readonly T[];
  resolve(): void;
  reject(reason: unknown): void;
}

/** At most this many items go into one write, so that a burst does not make one huge statement. */
const LARGEST = 2_000;

/**
 * Makes one write out of all that callers hand in while the write before is under way, per tenant.
 *
 * Each caller's promise settles with the write that its items were in. When a shared write is refused, each caller's items
 * are written alone, so that one caller's bad data fails only that caller; after a lost connection, where the write may
 * have been done, nothing is repeated.
 */
export function createGroupCommit<T>(
  write: (tenantId: TenantId, items: readonly T[]) => Promise<void>,
): (tenantId: TenantId, items: readonly T[]) => Promise<void> {
  const waiting = new Map<TenantId, Waiting<T>[]>();

  async function writeAll(tenantId: TenantId, batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await write(
        tenantId,
        batch.flatMap((caller) => caller.items),
      );
      for (const caller of batch) caller.resolve();
    } catch (error) {
      if (batch.length > 1 && !(error instanceof AppError && error.retryable)) {
        for (const caller of batch) await writeAll(tenantId, [caller]);
        return;
      }
      for (const caller of batch) caller.reject(error);
    }
  }

  async function drain(tenantId: TenantId, queued: Waiting<T>[]): Promise<void> {
    while (queued.length > 0) await writeAll(tenantId, queued.splice(0, sharedCount(queued)));
    waiting.delete(tenantId);
  }

  return (tenantId, items) =>
    new Promise((resolve, reject) => {
      const queued = waiting.get(tenantId);
      const caller = { items, resolve, reject };
      if (queued) return queued.push(caller);
      const fresh = [caller];
      waiting.set(tenantId, fresh);
      return void drain(tenantId, fresh);
    });
}

function sharedCount(queued: readonly { readonly items: readonly unknown[] }[]): number {
  let total = 0;
  const end = queued.findIndex(({ items }) => (total += items.length) > LARGEST);
  return end === -1 ? queued.length : Math.max(1, end);
}
