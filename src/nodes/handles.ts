/** A sort of things that nodes keep open for later nodes of the same run: `handleKind<Connection>("database connection")`. */
export interface HandleKind<Value> {
  /** Also the beginning of its handles' names, and what messages call it. */
  readonly name: string;
  /** Only for the compiler. */
  readonly value?: Value;
}

export function handleKind<Value>(name: string): HandleKind<Value> {
  return { name };
}

/**
 * What one run keeps open from node to node: connections, documents.
 *
 * Ports and variables carry plain data, so a node hands on the name of a handle. The run closes what nobody has closed. A run
 * that goes on in another process has none of them any more.
 */
export interface Handles {
  /** Keeps a value. @returns its name. @param close called once, at the latest at the end of the run. */
  keep<Value>(kind: HandleKind<Value>, value: Value, close: () => Promise<void> | void): string;
  /** @throws NODE_HANDLE_UNKNOWN for a name of another kind, of something closed, or of an earlier process. */
  get<Value>(kind: HandleKind<Value>, name: string): Value;
  /** The one that was kept last and is still open. */
  latest<Value>(kind: HandleKind<Value>): { readonly name: string; readonly value: Value } | undefined;
  /** Rejects with what its closing fails with; it is gone in any case. @returns false when there is none. */
  close(kind: HandleKind<unknown>, name: string): Promise<boolean>;
}
