/** What decides which orchestrator a command talks to, and with which key. */
export interface TargetFacts {
  /** ORCHESTRATOR_URL, when somebody has set it. */
  readonly givenUrl: string | undefined;
  /** PORT, when somebody has set it. */
  readonly givenPort: number | undefined;
  readonly givenKey: string | undefined;
  /** The installation on this machine, as far as there is one. */
  readonly local: { readonly url: string | undefined; readonly key: string | undefined };
}

export interface Target {
  readonly url: string;
  readonly key: string | undefined;
}

const DEFAULT_PORT = 8_000;

/**
 * The orchestrator that is meant: the one that was named, else the one that `casare start` left word of, else port 8000 here.
 *
 * The key of the local installation goes to no other address than the local installation's own.
 */
export function chooseTarget({ givenUrl, givenPort, givenKey, local }: TargetFacts): Target {
  const localUrl = local.url ?? `http://127.0.0.1:${DEFAULT_PORT}`;
  const url = givenUrl ?? (givenPort === undefined ? localUrl : `http://127.0.0.1:${givenPort}`);
  const key = givenKey ?? (isSameServer(url, localUrl) ? local.key : undefined);
  return { url, key };
}

function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && originOf(one) === originOf(other);
}

function originOf(url: string): string {
  return new URL(url).origin.replace("//localhost", "//127.0.0.1");
}
