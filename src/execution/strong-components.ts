/**
 * Groups of nodes that lead to each other in circles (strongly connected components of two nodes or more; Tarjan's
 * algorithm, with a stack of its own so that long chains do not overflow the real one).
 */
export function circles(
  nodes: Iterable<string>,
  successors: (node: string) => Iterable<string>,
): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: string[][] = [];

  function enter(node: string): { readonly node: string; readonly rest: Iterator<string> } {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    open.push(node);
    isOpen.add(node);
    return { node, rest: successors(node)[Symbol.iterator]() };
  }

  function lower(node: string, value: number | undefined): void {
    lowest.set(node, Math.min(lowest.get(node) ?? 0, value ?? 0));
  }

  function leave(node: string): void {
    if (lowest.get(node) !== order.get(node)) return;
    const component = open.splice(open.indexOf(node));
    for (const member of component) isOpen.delete(member);
    if (component.length > 1) found.push(component);
  }

  for (const start of nodes) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        path.pop();
        leave(top.node);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, lowest.get(top.node));
      } else if (!order.has(next.value)) {
        path.push(enter(next.value));
      } else if (isOpen.has(next.value)) {
        lower(top.node, order.get(next.value));
      }
    }
  }
  return found;
}
