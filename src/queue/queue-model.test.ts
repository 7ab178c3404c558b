import { createManualClock } from "../core/clock.ts";
import { createMemoryQueue } from "./memory-queue.ts";
import { describeQueueModel } from "./queue-model.suite.ts";

describeQueueModel(
  "memory",
  async () => {
    const clock = createManualClock(new Date());
    const queue = createMemoryQueue({ clock, dice: () => 0.5 });
    return {
      queue,
      displaced: [],
      now: () => clock.now(),
      advance: async (ms) => clock.advance(ms),
      close: () => queue.close(),
    };
  },
  { runs: 150, commands: 80 },
);
