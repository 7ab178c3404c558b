/** Works on jobs and tells how many it has started. */
import { readOptions, serve, tell } from "../serve.ts";
import { type SystemName, systemNamed } from "../systems/index.ts";
import type { Settings } from "../systems/system.ts";
import { resultOf } from "../work.ts";

interface Options {
  readonly system: SystemName;
  readonly url: string;
  readonly settings: Settings;
}

const TELL_EVERY_MS = 20;

const { system, url, settings } = readOptions() as Options;
let started = 0;
let told = 0;

const worker = await systemNamed(system).openWorker(url, settings, async (payload) => {
  started++;
  if (payload.sentNs !== undefined) tell({ waitedMs: Number(process.hrtime.bigint() - BigInt(payload.sentNs)) / 1e6 });
  return resultOf(payload);
});

const telling = setInterval(() => {
  if (started === told) return;
  told = started;
  tell({ started });
}, TELL_EVERY_MS);

serve({
  started: async () => started,
  async stop() {
    await worker.stop();
    clearInterval(telling);
    return started;
  },
});
