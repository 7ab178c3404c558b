/** What the process's exit code says. Stable: scripts and schedulers depend on it. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notAuthorized: 3,
  notFound: 4,
  unreachable: 5,
  invalidInput: 6,
  missingBinary: 69,
  defect: 70,
  storage: 74,
  busy: 75,
  configuration: 78,
  timedOut: 124,
  cancelled: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The table of the help text and the documentation. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, "success"],
  [EXIT.failed, "the run or job failed, or the server refused the request"],
  [EXIT.usage, "wrong usage of the command"],
  [EXIT.notAuthorized, "no key, or the key may not do this"],
  [EXIT.notFound, "no such file, job, workflow, robot or key"],
  [EXIT.unreachable, "server or database out of reach"],
  [EXIT.invalidInput, "invalid workflow or input"],
  [EXIT.missingBinary, "a program that is needed is missing (PostgreSQL, Chromium)"],
  [EXIT.defect, "a defect of this program"],
  [EXIT.storage, "disk full, or a folder that cannot be written"],
  [EXIT.busy, "port or home folder in use"],
  [EXIT.configuration, "invalid setting"],
  [EXIT.timedOut, "timed out"],
  [EXIT.cancelled, "interrupted or cancelled"],
];
