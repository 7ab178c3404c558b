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

/** Makes one kind of error; carries its row, from which the list of all errors is written. */
type ErrorMaker<C extends string, D> = ((details: D, options?: ErrorOptions) => AppError<C, D>) & {
  readonly spec: ErrorSpec<D>;
};

/** What `defineErrors` makes of a table: one maker per code. */
export type ErrorTable<T extends Record<string, ErrorSpec<never>>> = {
  readonly [C in keyof T & string]: ErrorMaker<C, DetailsOf<T[C]>>;
};

/** Makes one maker per row: `throw queueErrors.QUEUE_LEASE_LOST({ jobId, attempt })`. */
export function defineErrors<const T extends Record<string, ErrorSpec<never>>>(table: T): ErrorTable<T> {
  const makers: Record<string, unknown> = {};
  for (const [code, row] of Object.entries(table)) {
    const spec = row as unknown as ErrorSpec<unknown>;
    const make = (details: unknown, options?: ErrorOptions): AppError => new AppError(code, spec, details, options);
    makers[code] = Object.assign(make, { spec });
  }
  return makers as ErrorTable<T>;
}

/** Narrows an unknown caught value by its code. */
export function hasCode<C extends string>(error: unknown, code: C): error is AppError<C> {
  return error instanceof AppError && error.code === code;
}

/** The text of whatever was thrown, for logs and reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
