import type { Payload } from "../work.ts";
import type { Handler, Settings, System } from "./system.ts";

interface BossJob {
  readonly id: string;
  readonly data: Payload;
}

/** What is used of pg-boss. It is not installed with the product, so its own types are not at hand. */
interface Boss {
  on(event: "error", listener: (error: unknown) => void): void;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string, options?: object): Promise<void>;
  insert(name: string, jobs: readonly object[]): Promise<unknown>;
  work(name: string, options: object, handler: (jobs: readonly BossJob[]) => Promise<unknown>): Promise<string>;
}

const PACKAGE: string = "pg-boss";
const QUEUE = "bench";
/** A queue whose jobs wake the workers by NOTIFY. */
const NOTIFYING_QUEUE = "bench_notifying";

async function open(url: string, settings: Settings): Promise<Boss> {
  const { PgBoss } = (await import(PACKAGE)) as { readonly PgBoss: new (options: object) => Boss };
  const boss = new PgBoss({ connectionString: url, useListenNotify: settings !== "default" });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  return boss;
}

const stop = (boss: Boss): Promise<void> => boss.stop({ graceful: true, timeout: 20_000 });

function work(boss: Boss, settings: Settings, handler: Handler): Promise<string> {
  const queue = queueOf(settings);
  if (settings === "default") {
    return boss.work(queue, { localConcurrency: 10 }, async ([job]) => job && handler(job.data));
  }
  if (settings === "latency") {
    return boss.work(queue, {}, async ([job]) => job && handler(job.data));
  }
  const options = { batchSize: 1_000, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
  if (settings === "tuned") {
    // A batch that is completed as a whole leaves no result.
    return boss.work(queue, options, async (jobs) => {
      await Promise.all(jobs.map(({ data }) => handler(data)));
    });
  }
  return boss.work(queue, { ...options, perJobResults: true }, async (jobs) =>
    Promise.all(jobs.map(async ({ id, data }) => ({ id, status: "completed", output: await handler(data) }))),
  );
}

const queueOf = (settings: Settings): string => (settings === "default" ? QUEUE : NOTIFYING_QUEUE);

export const pgboss: System = {
  async prepare(url) {
    const boss = await open(url, "default");
    await boss.createQueue(QUEUE);
    await boss.createQueue(NOTIFYING_QUEUE, { notify: true });
    await stop(boss);
  },
  async openProducer(url, settings) {
    const boss = await open(url, settings);
    const queue = queueOf(settings);
    return {
      async send(payloads) {
        await boss.insert(
          queue,
          payloads.map((data) => ({ data })),
        );
      },
      close: () => stop(boss),
    };
  },
  async openWorker(url, settings, handler) {
    const boss = await open(url, settings);
    await work(boss, settings, handler);
    return { stop: () => stop(boss) };
  },
};
