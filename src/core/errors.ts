/**
 * One error class for the whole platform; what differs is the code.
 *
 * A code is a promise to callers (REST, WebSocket, CLI, workflow `catch` edges): its text may
 * change, the code may not. Each area declares its codes as a table with `defineErrors`.
 */
export class AppError<C extends string = string, D = unknown> extends Error {
  override readonly name = "AppError";
  readonly code: C;
  /** HTTP status of the answer; 500 and above is logged as an error, the rest as info. */
  readonly status: number;
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** Facts for the reader, safe to log and to send: never a secret, never a whole payload. */
  readonly details: D;

  constructor(code: C, spec: ErrorSpec<D>, details: D, options?: ErrorOptions) {
    super(spec.message(details), options);
    this.code = code;
    this.status = spec.status;
    this.retryable = spec.retryable ?? false;
    this.details = details;
  }
}

export interface ErrorSpec<D> {
  /** HTTP status when the error reaches a REST caller. */
  readonly status: number;
  readonly retryable?: boolean;
  readonly message: (details: D) => string;
}

type DetailsOf<S> = S extends { message: (details: infer D) => string } ? D : never;

/** What `defineErrors` makes of a table: one constructor per code. */
export type ErrorTable<T extends Record<string, ErrorSpec<never>>> = {
  readonly [C in keyof T & string]: (details: DetailsOf<T[C]>, options?: ErrorOptions) => AppError<C, DetailsOf<T[C]>>;
};

/** Makes one constructor function per row: `throw queueErrors.QUEUE_LEASE_LOST({ jobId, robotId })`. */
export function defineErrors<const T extends Record<string, ErrorSpec<never>>>(table: T): ErrorTable<T> {
  const make: Record<string, (details: never, options?: ErrorOptions) => AppError> = {};
  for (const [code, row] of Object.entries(table)) {
    const spec = row as unknown as ErrorSpec<unknown>;
    make[code] = (details, options) => new AppError(code, spec, details, options);
  }
  return make as ErrorTable<T>;
}

/** Narrows an unknown caught value by its code. */
export function hasCode<C extends string>(error: unknown, code: C): error is AppError<C> {
  return error instanceof AppError && error.code === code;
}

/** The text of whatever was thrown, for logs and reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
