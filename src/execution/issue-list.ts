import type { WorkflowIssue } from "./issue.ts";

/** Gathers findings; all of them are reported at once. */
export interface IssueList {
  readonly all: readonly WorkflowIssue[];
  readonly hasErrors: boolean;
  error(code: string, message: string, where?: IssuePlace): void;
  warning(code: string, message: string, where?: IssuePlace): void;
  note(code: string, message: string, where?: IssuePlace): void;
}

/** Where in the file, and what to do about it. */
type IssuePlace = {
  readonly [K in "node" | "port" | "path" | "suggestion"]?: string | undefined;
};

export function createIssueList(): IssueList {
  const all: WorkflowIssue[] = [];
  const add =
    (severity: WorkflowIssue["severity"]) =>
    (code: string, message: string, where: IssuePlace = {}): void => {
      const place = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
      all.push({ severity, code, message, ...place });
    };
  return {
    all,
    get hasErrors() {
      return all.some((issue) => issue.severity === "error");
    },
    error: add("error"),
    warning: add("warning"),
    note: add("note"),
  };
}
