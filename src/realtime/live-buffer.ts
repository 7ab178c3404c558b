/** What a reader may still have to take: a bounded queue between the feed, which never waits, and one reader. */
export interface LiveBuffer<T> {
  /** False when the buffer is full: it drops everything and the next `take` answers `overflow`. */
  offer(item: T): boolean;
  /** Lets the reader take what is there and then `ended`. */
  end(): void;
  /** Waits for the next item; one call at a time. */
  take(): Promise<Taken<T>>;
}

type Taken<T> =
  | { readonly kind: "item"; readonly item: T }
  | { readonly kind: "ended" }
  | { readonly kind: "overflow" };

/** @param capacity items that may wait, ≥ 1. */
export function createLiveBuffer<T>(capacity: number): LiveBuffer<T> {
  let items: T[] = [];
  let state: "open" | "ended" | "overflow" = "open";
  let wake: (() => void) | undefined;

  function signal(): void {
    wake?.();
    wake = undefined;
  }

  return {
    offer(item) {
      if (state !== "open") return false;
      if (items.length >= capacity) {
        state = "overflow";
        items = [];
      } else {
        items.push(item);
      }
      signal();
      return state === "open";
    },
    end() {
      if (state === "open") state = "ended";
      signal();
    },
    async take() {
      for (;;) {
        const [item] = items.splice(0, 1);
        if (item !== undefined) return { kind: "item", item };
        if (state === "ended") return { kind: "ended" };
        if (state === "overflow") return { kind: "overflow" };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
