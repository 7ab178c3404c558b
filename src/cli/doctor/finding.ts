import type { Ansis } from "ansis";

/** What one examination found. `warn`: works, but not as it should. `fail`: something will not work. */
export interface Finding {
  /** Stable, for scripts: `node`, `home`, `chromium`. */
  readonly id: string;
  readonly title: string;
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  /** What to do; there unless all is well. */
  readonly remedy?: string;
}

/** What an examination says of its subject. */
export type Diagnosis = Omit<Finding, "id" | "title">;

export function ok(detail: string): Diagnosis {
  return { status: "ok", detail };
}

export function warn(detail: string, remedy: string): Diagnosis {
  return { status: "warn", detail, remedy };
}

export function fail(detail: string, remedy: string): Diagnosis {
  return { status: "fail", detail, remedy };
}

/** One or two lines for people. */
export function renderFinding(finding: Finding, style: Ansis): string {
  const marks = { ok: style.green("ok  "), warn: style.yellow("warn"), fail: style.red("fail") };
  const line = `${marks[finding.status]}  ${finding.title.padEnd(22)} ${finding.detail}`;
  return finding.remedy === undefined ? line : `${line}\n${" ".repeat(29)}${style.dim(`→ ${finding.remedy}`)}`;
}
