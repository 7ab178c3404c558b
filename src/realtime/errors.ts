import { defineErrors } from "../core/errors.ts";

export const realtimeErrors = defineErrors({
  REALTIME_SLOW_READER: {
    status: 503,
    retryable: true,
    message: (d: { after: string; behind: number }) =>
      `The reader fell more than ${d.behind} events behind; connect again and go on after event ${d.after}`,
  },
});
