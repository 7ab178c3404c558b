/** One event of a text/event-stream (HTML Standard §9.2.6). */
export interface ServerSentEvent {
  readonly id?: string;
  /** "message" unless the stream says otherwise. */
  readonly name: string;
  readonly data: string;
}

/** Takes the stream's text in pieces of any size, gives the events that are complete. */
export interface ServerSentEventParser {
  push(text: string): readonly ServerSentEvent[];
}

export function createServerSentEventParser(): ServerSentEventParser {
  let rest = "";
  let endedWithReturn = false;
  let lines: string[] = [];

  function endEvent(): ServerSentEvent | undefined {
    const event = readEvent(lines);
    lines = [];
    return event;
  }

  return {
    push(text) {
      // A line end may be CR, LF or both, and both may come in two pieces.
      const skipped = endedWithReturn && text.startsWith("\n") ? text.slice(1) : text;
      if (text !== "") endedWithReturn = text.endsWith("\r");
      const parts = (rest + skipped).split(/\r\n|\r|\n/);
      rest = parts.pop() ?? "";
      const events: ServerSentEvent[] = [];
      for (const line of parts) {
        if (line !== "") {
          lines.push(line);
          continue;
        }
        const event = endEvent();
        if (event) events.push(event);
      }
      return events;
    },
  };
}

function readEvent(lines: readonly string[]): ServerSentEvent | undefined {
  const data: string[] = [];
  let id: string | undefined;
  let name = "message";
  for (const line of lines) {
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event" && value !== "") name = value;
    else if (field === "id" && !value.includes("\u0000")) id = value;
  }
  return data.length === 0 ? undefined : { ...(id !== undefined && { id }), name, data: data.join("\n") };
}
