import { type Draft, type Drafts, label } from "./draft.ts";
import type { IssueList } from "./issue-list.ts";
import { didYouMean } from "./near-name.ts";
import type { PortType } from "./node-definition.ts";
import { ownValue } from "./own-values.ts";
import { isCompatible } from "./port-types.ts";
import type { Connection, WorkflowFile } from "./workflow-file.ts";

/** The one flow input of every node. */
const FLOW_INPUT = "exec_in";

/** A connection with both ends found. */
interface Ends {
  readonly connection: Connection;
  readonly path: string;
  readonly source: Draft;
  readonly target: Draft;
}

/** What a port name may be. */
interface Port {
  readonly name: string;
  readonly isFlow: boolean;
  readonly dataType: PortType | undefined;
}

/** Checks every connection and files it under its nodes: flow by output, data by input. */
export function connectDrafts(file: WorkflowFile, drafts: Drafts, issues: IssueList): void {
  const tryBodies = triesWithBody(file, drafts);
  for (const [index, connection] of file.connections.entries()) {
    const source = drafts.get(connection.sourceNode);
    const target = drafts.get(connection.targetNode);
    // An unknown type was reported; what its ports are cannot be told.
    if (source === undefined || target === undefined) continue;
    const ends = { connection, path: `connections[${index}]`, source, target };
    const from = sourcePort(ends, tryBodies, issues);
    const to = targetPort(ends, issues);
    if (from !== undefined && to !== undefined) connect(ends, from, to, issues);
  }
}

/** Tries whose body is wired by its own port; their exec_out leads on behind the block. Of the others it is the body. */
function triesWithBody(file: WorkflowFile, drafts: Drafts): ReadonlySet<string> {
  const tries = file.connections.filter(({ sourceNode, sourcePort: port }) => {
    const draft = drafts.get(sourceNode);
    return draft?.definition.structure === "try" && port !== "exec_out";
  });
  return new Set(tries.map((connection) => connection.sourceNode));
}

function sourcePort(
  { connection, path, source }: Ends,
  tryBodies: ReadonlySet<string>,
  issues: IssueList,
): Port | undefined {
  const { definition } = source;
  const name = connection.sourcePort;
  if (definition.structure === "try" && name === "exec_out" && tryBodies.has(source.id)) {
    return { name, isFlow: true, dataType: undefined };
  }
  const find = (port: string): Port | undefined => {
    const isFlow = source.flowOutputs.includes(port);
    const dataType = ownValue(definition.outputs, port) ?? ownValue(definition.outputs, "*");
    return isFlow || dataType !== undefined ? { name: port, isFlow, dataType } : undefined;
  };
  return (
    find(name) ??
    viaAlias({ draft: source, name, path, find }, issues) ??
    unknownPort({ draft: source, name, path }, "output", issues)
  );
}

function targetPort({ connection, path, target }: Ends, issues: IssueList): Port | undefined {
  const { definition } = target;
  const name = connection.targetPort;
  const find = (port: string): Port | undefined => {
    if (port === FLOW_INPUT) return { name: port, isFlow: true, dataType: undefined };
    const dataType = ownValue(definition.inputs, port) ?? ownValue(definition.inputs, "*");
    return dataType === undefined ? undefined : { name: port, isFlow: false, dataType };
  };
  return (
    find(name) ??
    viaAlias({ draft: target, name, path, find }, issues) ??
    unknownPort({ draft: target, name, path }, "input", issues)
  );
}

function viaAlias(
  search: {
    readonly draft: Draft;
    readonly name: string;
    readonly path: string;
    readonly find: (port: string) => Port | undefined;
  },
  issues: IssueList,
): Port | undefined {
  const { draft, name, path, find } = search;
  const meant = ownValue(draft.definition.portAliases ?? {}, name);
  const port = meant === undefined ? undefined : find(meant);
  if (port !== undefined) {
    issues.note("WORKFLOW_PORT_RENAMED", `${label(draft)}: the port ${name} is called ${port.name}`, {
      node: draft.id,
      port: port.name,
      path,
    });
  }
  return port;
}

function unknownPort(
  { draft, name, path }: { readonly draft: Draft; readonly name: string; readonly path: string },
  side: "input" | "output",
  issues: IssueList,
): undefined {
  const { definition, flowOutputs } = draft;
  const names =
    side === "input"
      ? [FLOW_INPUT, ...Object.keys(definition.inputs)]
      : [...flowOutputs, ...Object.keys(definition.outputs)];
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  issues.error("WORKFLOW_PORT_UNKNOWN", `${label(draft)} has no ${side} ${name}; ${known}`, {
    node: draft.id,
    port: name,
    path,
    suggestion: didYouMean(name, names) ?? `connect one of its ${side}s`,
  });
}

// Four parameters: the ends, the two ports, and the list of issues that all of them write to.
function connect({ source, target, path }: Ends, from: Port, to: Port, issues: IssueList): void {
  if (to.isFlow && from.isFlow) {
    const targets = source.flow.get(from.name) ?? [];
    if (!targets.includes(target.id)) source.flow.set(from.name, [...targets, target.id]);
    target.flowSources.add(source.id);
    return;
  }
  const place = { node: target.id, port: to.name, path };
  if (to.isFlow || from.dataType === undefined || to.dataType === undefined) {
    const [flow, data] = to.isFlow ? [label(target), label(source)] : [label(source), label(target)];
    issues.error("WORKFLOW_PORT_KIND_MISMATCH", `The flow of ${flow} is connected with data of ${data}`, {
      ...place,
      suggestion: "connect exec ports with exec_in, and data outputs with data inputs",
    });
    return;
  }
  if (!isCompatible(from.dataType, to.dataType)) {
    const message = `${from.dataType} of ${label(source)}.${from.name} does not fit ${to.dataType} of ${label(target)}.${to.name}`;
    issues.error("WORKFLOW_PORT_TYPE_MISMATCH", message, {
      ...place,
      suggestion: "convert the value with a node in between, or connect another port",
    });
    return;
  }
  if (target.inputs.has(to.name)) {
    issues.error("WORKFLOW_INPUT_CONNECTED_TWICE", `${label(target)}.${to.name} gets data from several nodes`, {
      ...place,
      suggestion: "keep one connection; choose between values with an IfNode and a variable",
    });
    return;
  }
  target.inputs.set(to.name, { node: source.id, port: from.name });
}
