import { migrate, openDatabase, PgQueuerConsumer, PgQueuerProducer } from "../product.ts";
import type { Payload } from "../work.ts";
import type { System } from "./system.ts";

export const ours: System = {
  async prepare(url) {
    const database = openDatabase({ url, maxConnections: 1 });
    await migrate(database);
    await database.close();
  },
  async openProducer(url) {
    const producer = new PgQueuerProducer({ url, migrate: false });
    await producer.stats();
    return {
      async send(payloads) {
        await producer.enqueueMany(payloads.map((payload) => ({ kind: "bench", payload: { ...payload } })));
      },
      close: () => producer.close(),
    };
  },
  async openWorker(url, settings, handler) {
    const consumer = new PgQueuerConsumer({
      url,
      migrate: false,
      robotId: `bench-${process.pid}`,
      concurrency: settings === "default" ? 10 : 1_000,
      handler: async (job) => ({ ...(await handler(job.payload as unknown as Payload)) }),
      onError: (error) => console.error(error),
    });
    await consumer.start();
    return { stop: () => consumer.stop() };
  },
};
