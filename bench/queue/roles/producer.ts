/** Keeps a bounded number of jobs on their way, or sends single ones. */
import { setTimeout as delay } from "node:timers/promises";
import { readOptions, serve } from "../serve.ts";
import { type SystemName, systemNamed } from "../systems/index.ts";
import type { Settings } from "../systems/system.ts";
import { payloadOf } from "../work.ts";

interface Options {
  readonly system: SystemName;
  readonly url: string;
  readonly settings: Settings;
}

interface Flow {
  /** Jobs of one call. */
  readonly batch: number;
  /** Calls under way. */
  readonly calls: number;
  /** Jobs that were sent and have not started, at most. */
  readonly outstanding: number;
}

const PAUSE_MS = 2;

const { system, url, settings } = readOptions() as Options;
const producer = await systemNamed(system).openProducer(url, settings);
const stopping = new AbortController();
let sent = 0;
let started = 0;
let loops: Promise<void>[] = [];

async function produce({ batch, outstanding }: Flow): Promise<void> {
  while (!stopping.signal.aborted) {
    if (sent + batch > started + outstanding) {
      await delay(PAUSE_MS);
      continue;
    }
    const first = sent;
    sent += batch;
    await producer.send(Array.from({ length: batch }, (_, index) => payloadOf(first + index)));
  }
}

serve({
  async begin(flow: Flow) {
    loops = Array.from({ length: flow.calls }, () => produce(flow));
  },
  async started(count: number) {
    started = count;
  },
  async finish() {
    stopping.abort();
    await Promise.all(loops);
    return sent;
  },
  async sendOne() {
    const payload = payloadOf(sent++);
    await producer.send([{ ...payload, sentNs: String(process.hrtime.bigint()) }]);
  },
  close: () => producer.close(),
});
