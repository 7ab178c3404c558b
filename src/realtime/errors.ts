import { defineErrors } from "../core/errors.ts";

/** What a feed's reader fails with. The details say after which event to go on. */
export const realtimeErrors = defineErrors({
  REALTIME_SLOW_READER: {
    status: 503,
    retryable: true,
    message: (d: { after: string; behind: number }) =>
      `The reader fell more than ${d.behind} events behind; connect again and go on after event ${d.after}`,
  },
});
