import type { BrowserSession } from "../browser/index.ts";
import { nodeDefiner } from "../execution/index.ts";
import type { HttpClient } from "../http/index.ts";
import type { Commands } from "./commands.ts";
import type { FileSpace } from "./file-space.ts";
import type { Handles } from "./handles.ts";
import type { WorkItems } from "./work-item-access.ts";

/** What nodes may ask of the robot. A key here is also the label a robot must offer to get the job. */
export interface Capabilities {
  /** The job's own browser context; opened at first use. */
  readonly browser: BrowserSession;
  /** Outgoing HTTP with limits. */
  readonly http: HttpClient;
  /** The job's working directory and what else it may read and write. */
  readonly files: FileSpace;
  /** What the run keeps open from node to node. */
  readonly handles: Handles;
  /** Programs of the machine, those that the robot's owner allows. */
  readonly commands: Commands;
  /** Work queues: items that this run takes, ends and adds. */
  readonly workItems: WorkItems;
}

/** Makes a node definition; it is here for inference, and so that every node is found by one search. */
export const defineNode = nodeDefiner<Capabilities>();
