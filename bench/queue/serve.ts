/** The child's end of `child-process.ts`: answers requests until the parent goes away. */

export type Methods = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

/** The variable of the environment that holds the options. */
export const OPTIONS = "CASARE_BENCH_OPTIONS";

export function readOptions(): unknown {
  return JSON.parse(process.env[OPTIONS] ?? "{}");
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export function serve(methods: Methods): void {
  process.on("disconnect", () => process.exit());
  // The parent may have gone while this one was starting.
  if (!process.connected) process.exit();
  process.on("message", (message) => void answer(methods, message as Request));
  process.send?.({ ready: true });
}

/** Tells the parent something it has not asked for. */
export function tell(event: unknown): void {
  process.send?.({ event });
}

async function answer(methods: Methods, { id, method, argument }: Request): Promise<void> {
  try {
    const result = await methods[method]?.(argument as never);
    process.send?.({ id, result });
  } catch (error) {
    process.send?.({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
