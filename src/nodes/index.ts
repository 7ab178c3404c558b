/** The workflow nodes of this release and what they need. Start at README.md. */
export { allNodes } from "./all-nodes.ts";
export type { Capabilities } from "./capabilities.ts";
export { defineNode } from "./capabilities.ts";
export type { NodeDescription } from "./describe-nodes.ts";
export { describeNodes } from "./describe-nodes.ts";
export { nodeErrors } from "./errors.ts";
export type { FileSpace } from "./file-space.ts";
export type { CommandsOptions } from "./open-commands.ts";
export { createCommands } from "./open-commands.ts";
export type { FileSpaceOptions } from "./open-file-space.ts";
export { createFileSpace } from "./open-file-space.ts";
export type { RunHandles } from "./open-handles.ts";
export { createHandles } from "./open-handles.ts";
export { typeAliases } from "./type-aliases.ts";
export type {
  HeldWorkItem,
  NewWorkItem,
  SettledState,
  WorkItemBackend,
  WorkItemEnd,
  WorkItems,
} from "./work-item-access.ts";
export { createWorkItems } from "./work-item-access.ts";
