interface HeaderRow {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const TEXT = { type: "string" };

/** Headers of requests that change what a route does, as the API description tells them. */
export const REQUEST_HEADERS = {
  "Idempotency-Key": {
    description:
      "1 to 200 visible characters of the caller's choice. The same request with the same key is handled once; sent again, it gets the first answer.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,200}$" },
  },
  "If-Match": {
    description: "`ETag` of the version that the caller has seen; refused with 412 when it is not the newest any more.",
    schema: TEXT,
  },
  "If-None-Match": { description: "`ETag` of a content that the caller has; answered with 304.", schema: TEXT },
  "If-Range": { description: "`ETag` that the `Range` counts for; the whole content otherwise.", schema: TEXT },
  Range: { description: "One range, such as `bytes=0-1023`; answered with 206.", schema: TEXT },
  "Last-Event-ID": {
    description: "Number of the last event that the caller has; goes before `after`.",
    schema: { type: "string", pattern: "^\\d{1,18}$" },
  },
} as const satisfies Record<string, HeaderRow>;

export type RequestHeader = keyof typeof REQUEST_HEADERS;

/** Headers of answers that a caller goes by. */
export const RESPONSE_HEADERS = {
  ETag: { description: "Of the version or content in the answer, for `If-Match` and `If-None-Match`", schema: TEXT },
  Location: { description: "Path of what was made or can be watched", schema: TEXT },
  "Idempotency-Replayed": { description: "`true` for the answer to an earlier request of this key", schema: TEXT },
  "Accept-Ranges": { description: "`bytes`: `Range` is understood", schema: TEXT },
  "Content-Range": { description: "Which bytes of how many, such as `bytes 0-1023/4096`", schema: TEXT },
  "Content-Disposition": { description: "Name of the file", schema: TEXT },
  "Retry-After": { description: "Seconds after which to try again", schema: { type: "integer" } },
  "WWW-Authenticate": { description: "How to authenticate", schema: TEXT },
} as const satisfies Record<string, HeaderRow>;

export type ResponseHeader = keyof typeof RESPONSE_HEADERS;
