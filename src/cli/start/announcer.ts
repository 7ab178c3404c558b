import type { Output } from "../output.ts";
import type { LiveView } from "../progress/live-view.ts";

/** Tells what `casare start` is at: lines for people, or one JSON object a line. */
export interface Announcer {
  /** Something was achieved. @param facts for the JSON line only. */
  done(event: string, text: string, facts?: object): void;
  /** Something goes on. */
  info(event: string, text: string, facts?: object): void;
  /** Something is wrong; the program goes on. */
  trouble(event: string, text: string, facts?: object): void;
  /** A line that is the same for people and scripts, or only for people when there are JSON lines. */
  plain(text: string): void;
  /** While a view is shown, lines go above it; undefined ends that. */
  show(view: LiveView | undefined): void;
}

export function createAnnouncer(output: Output, options: { readonly json: boolean }): Announcer {
  const { resultStyle: style } = output;
  let view: LiveView | undefined;

  function line(text: string): void {
    if (view === undefined) output.result(text);
    else view.line(text);
  }

  function warn(text: string): void {
    if (view === undefined) output.note(text);
    else view.line(text);
  }

  function tell(event: string, text: string, facts: object | undefined): void {
    if (options.json) output.json({ event, at: new Date().toISOString(), ...facts });
    else line(text);
  }

  return {
    done: (event, text, facts) => tell(event, `${style.green("✔")} ${text}`, facts),
    info: (event, text, facts) => tell(event, `${style.dim("·")} ${text}`, facts),
    trouble(event, text, facts) {
      if (options.json) output.json({ event, at: new Date().toISOString(), problem: text, ...facts });
      else warn(`${output.noteStyle.yellow("!")} ${text}`);
    },
    plain(text) {
      if (!options.json) line(text);
    },
    show(next) {
      view = next;
    },
  };
}
