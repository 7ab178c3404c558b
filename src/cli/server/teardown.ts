import { messageOf } from "../../core/errors.ts";

/** What was opened, to be closed in the opposite order, whatever has failed in between. */
export interface Teardown {
  /** @param what names the thing in a complaint: "the database". */
  add(what: string, close: () => Promise<void>): void;
  /** Closes everything once; the failure of one does not keep the others open. Never rejects. */
  run(): Promise<void>;
}

/** @param complain hears of each thing that could not be closed. */
export function createTeardown(complain: (text: string) => void): Teardown {
  const steps: { readonly what: string; readonly close: () => Promise<void> }[] = [];

  async function closeAll(): Promise<void> {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        complain(`${step.what} did not close cleanly: ${messageOf(error)}`);
      }
    }
  }

  let running: Promise<void> | undefined;
  return {
    add(what, close) {
      steps.push({ what, close });
    },
    run() {
      running ??= closeAll();
      return running;
    },
  };
}
