import type { RunEvent } from "../../execution/index.ts";
import type { LiveView } from "../progress/live-view.ts";
import { formatLogLine } from "../progress/log-line.ts";

/** Shows the events of a run as they come: the tree or its lines, the workflow's own log, files it leaves behind. */
export function createEventPrinter(
  view: LiveView,
  options: { readonly showsDebug: boolean },
): (event: RunEvent) => void {
  return (event) => {
    if (event.type === "log") {
      if (event.level !== "debug" || options.showsDebug) view.line(formatLogLine(event));
      return;
    }
    if (event.type === "artifact") view.line(`file: ${event.path}`);
    else view.event({ type: event.type, data: event });
  };
}
