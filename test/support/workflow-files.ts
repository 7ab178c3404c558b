/** A workflow file whose nodes run one after the other; `id: [type, config]`. */
export function chain(
  name: string,
  nodes: Readonly<Record<string, readonly [string, Readonly<Record<string, unknown>>?]>>,
): Record<string, unknown> {
  const ids = Object.keys(nodes);
  return {
    metadata: { name, version: "1.0.0" },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, [type, config]], index) => [
        id,
        { node_id: id, node_type: type, config: config ?? {}, position: [index * 400, 0] },
      ]),
    ),
    connections: ids.slice(1).map((id, index) => ({
      source_node: ids[index],
      source_port: "exec_out",
      target_node: id,
      target_port: "exec_in",
    })),
    variables: {},
    settings: { stop_on_error: true, timeout: 120, retry_count: 0 },
  };
}
