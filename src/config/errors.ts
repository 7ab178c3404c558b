import { defineErrors } from "../core/errors.ts";

/** One thing that is wrong with the settings. Never holds the value of a secret. */
export interface ConfigProblem {
  /** `CASARE_QUEUE_LEASE_MS`, or the key of the file as it stands there. */
  readonly name: string;
  /** `env CASARE_X`, `file /path`, `flag --x`, `default`. */
  readonly source: string;
  /** What is wrong and what is allowed. */
  readonly problem: string;
  /** The known name it may have been meant to be. */
  readonly suggestion?: string;
}

/** What this area throws. */
export const configErrors = defineErrors({
  CONFIG_INVALID: {
    status: 500,
    message: (d: { problems: readonly ConfigProblem[] }) =>
      [
        d.problems.length === 1 ? "A setting is not valid:" : `${d.problems.length} settings are not valid:`,
        ...d.problems.map(describeProblem),
      ].join("\n"),
  },
});

function describeProblem({ name, source, problem, suggestion }: ConfigProblem): string {
  const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
  return `- ${name} (${source}): ${problem}${hint}`;
}
