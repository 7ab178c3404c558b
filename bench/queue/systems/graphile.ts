import type { Payload } from "../work.ts";
import type { System } from "./system.ts";

/** What is used of graphile-worker. It is not installed with the product, so its own types are not at hand. */
interface Graphile {
  readonly Logger: new (factory: () => () => void) => object;
  run(options: object): Promise<{ stop(): Promise<void>; readonly promise: Promise<void> }>;
  makeWorkerUtils(options: object): Promise<{
    addJobs(specs: readonly object[]): Promise<unknown>;
    migrate(): Promise<void>;
    release(): Promise<void>;
  }>;
}

const PACKAGE: string = "graphile-worker";
const TASK = "bench";

/** https://worker.graphile.org/docs/performance, November 2026. */
const BEST = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
const SETTINGS = { tuned: BEST, keeping: BEST, default: { concurrentJobs: 10 }, latency: { concurrentJobs: 10 } };

async function load(): Promise<{ readonly graphile: Graphile; readonly logger: object }> {
  const graphile = (await import(PACKAGE)) as Graphile;
  // Its default logger prints a line for each job.
  return { graphile, logger: new graphile.Logger(() => () => undefined) };
}

/** Deletes finished jobs and keeps no result. */
export const graphile: System = {
  async prepare(url) {
    const utils = await openUtils(url);
    await utils.migrate();
    await utils.release();
  },
  async openProducer(url) {
    const utils = await openUtils(url);
    return {
      async send(payloads) {
        await utils.addJobs(payloads.map((payload) => ({ identifier: TASK, payload })));
      },
      close: () => utils.release(),
    };
  },
  async openWorker(url, settings, handler) {
    const loaded = await load();
    const runner = await loaded.graphile.run({
      preset: { worker: { connectionString: url, logger: loaded.logger, ...SETTINGS[settings] } },
      taskList: { [TASK]: (payload: Payload) => handler(payload) },
      noHandleSignals: true,
      crontab: "",
    });
    return { stop: () => runner.stop() };
  },
};

async function openUtils(url: string) {
  const loaded = await load();
  return loaded.graphile.makeWorkerUtils({ preset: { worker: { connectionString: url, logger: loaded.logger } } });
}
