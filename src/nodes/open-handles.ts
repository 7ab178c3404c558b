import { nodeErrors } from "./errors.ts";
import type { HandleKind, Handles } from "./handles.ts";

interface Kept {
  readonly kind: string;
  readonly value: unknown;
  readonly close: () => Promise<void> | void;
}

/** The handles of one run; whoever opens them closes them all at its end. */
export interface RunHandles extends Handles {
  /** Closes what is still open, last opened first; failures are not told. */
  closeAll(): Promise<void>;
}

export function createHandles(): RunHandles {
  const kept = new Map<string, Kept>();
  const counts = new Map<string, number>();

  async function close(kind: HandleKind<unknown>, name: string): Promise<boolean> {
    const found = kept.get(name);
    if (found === undefined || found.kind !== kind.name) return false;
    kept.delete(name);
    await found.close();
    return true;
  }

  return {
    keep(kind, value, onClose) {
      const number = (counts.get(kind.name) ?? 0) + 1;
      counts.set(kind.name, number);
      const name = `${kind.name.replaceAll(" ", "-")}-${number}`;
      kept.set(name, { kind: kind.name, value, close: onClose });
      return name;
    },
    get<Value>(kind: HandleKind<Value>, name: string): Value {
      const found = kept.get(name);
      if (found === undefined || found.kind !== kind.name) throw nodeErrors.NODE_HANDLE_UNKNOWN({ kind: kind.name });
      return found.value as Value;
    },
    latest<Value>(kind: HandleKind<Value>) {
      const found = [...kept].findLast(([, { kind: name }]) => name === kind.name);
      return found && { name: found[0], value: found[1].value as Value };
    },
    close,
    async closeAll() {
      for (const [name, { kind }] of [...kept].toReversed()) await close({ name: kind }, name).catch(() => undefined);
    },
  };
}
