import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";

/** Who started a browser: enough to tell later whether that process still lives, and is not another one with its pid. */
export interface Owner {
  readonly pid: number;
  /** When the process started, as the operating system puts it; only compared for equality. */
  readonly start: string;
  /** The Linux pid namespace: in containers the same pid means another process. "-" elsewhere. */
  readonly namespace: string;
}

export interface Marker {
  /** Short hash of the home folder. */
  readonly home: string;
  readonly owner: Owner;
}

const SWITCH = "--casare-owner=";

/** Hash that tells the homes of one machine apart and does not show the path in process lists. */
export async function homeHash(home: string): Promise<string> {
  const real = await realpath(home).catch(() => home);
  return createHash("sha256").update(real).digest("hex").slice(0, 16);
}

/** The command-line switch, unknown to Chromium and so ignored by it, that marks a browser as ours. Pure. */
export function markerSwitch({ home, owner }: Marker): string {
  return `${SWITCH}${home}.${owner.pid}.${owner.start}.${owner.namespace}`;
}

/** The marker among the arguments of a process; undefined when there is none, or a damaged one. Pure. */
export function readMarker(commandLine: readonly string[]): Marker | undefined {
  const text = commandLine.find((argument) => argument.startsWith(SWITCH))?.slice(SWITCH.length);
  const match = /^([0-9a-f]{16})\.(\d{1,10})\.(\d{1,20})\.(\d+|-)$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, home = "", pid, start = "", namespace = ""] = match;
  return { home, owner: { pid: Number(pid), start, namespace } };
}
