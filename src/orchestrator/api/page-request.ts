/** The part of a list's query that the stores ask for. */
export function pageRequest(query: { readonly limit: number; readonly cursor?: string | undefined }): {
  readonly limit: number;
  readonly cursor?: string;
} {
  return { limit: query.limit, ...(query.cursor !== undefined && { cursor: query.cursor }) };
}

/** A page of a list that goes by event numbers: the number of the last entry leads on. */
export function pageBySeq<T extends { readonly seq: string }>(
  entries: readonly T[],
  limit: number,
): { data: T[]; nextCursor?: string } {
  const data = entries.slice(0, limit);
  const last = data.at(-1);
  return entries.length > limit && last ? { data, nextCursor: last.seq } : { data };
}
