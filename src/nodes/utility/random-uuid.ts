import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import { choice, integer, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const randomUuidNode = defineNode({
  type: "RandomUUIDNode",
  category: "utility",
  summary: "A new universally unique identifier",
  needs: [],
  effect: "idempotent",
  config: z.object({
    version: withDefault(integer(), 4)
      .refine((version) => version === 1 || version === 4, "must be 1 or 4")
      .describe("4 for a random one, 1 for one made of the time"),
    format: withDefault(choice(["standard", "hex", "urn"]), "standard").describe("How it is written"),
  }),
  outputs: { result: "STRING" },
  portAliases: { uuid: "result" },
  run({ config, now }) {
    const uuid = config.version === 1 ? timeUuid(now()) : randomUUID();
    const result = { standard: uuid, hex: uuid.replaceAll("-", ""), urn: `urn:uuid:${uuid}` }[config.format];
    return { outputs: { result } };
  },
});

/** 100-nanosecond intervals between 15 October 1582 and 1 January 1970 (RFC 9562 §5.1). */
const GREGORIAN_OFFSET = 0x01b21dd213814000n;

/** RFC 9562 §5.1, with random clock sequence and node (§6.10) so that robots need no shared state and show no MAC address. */
function timeUuid(now: Date): string {
  const ticks = BigInt(now.getTime()) * 10_000n + BigInt(randomInt(10_000)) + GREGORIAN_OFFSET;
  const time = ticks.toString(16).padStart(15, "0");
  const clock = (randomInt(0x4000) | 0x8000).toString(16);
  const node = randomBytes(6);
  node[0] = (node[0] ?? 0) | 0x01;
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-${clock}-${node.toString("hex")}`;
}
