import { expect, test } from "vitest";
import { handleKind } from "./handles.ts";
import { createHandles } from "./open-handles.ts";

const connection = handleKind<{ readonly id: number }>("database connection");
const mailbox = handleKind<string>("mailbox");

test("what was kept is found under its name, by its kind only", () => {
  const handles = createHandles();
  const name = handles.keep(connection, { id: 7 }, () => undefined);

  expect(name).toBe("database-connection-1");
  expect(handles.get(connection, name)).toEqual({ id: 7 });
  expect(() => handles.get(mailbox, name)).toThrow(expect.objectContaining({ code: "NODE_HANDLE_UNKNOWN" }));
  expect(() => handles.get(connection, "database-connection-2")).toThrow(/database connection/);
});

test("the latest of a kind is the one that was opened last and is still open", async () => {
  const handles = createHandles();
  expect(handles.latest(connection)).toBeUndefined();
  handles.keep(connection, { id: 1 }, () => undefined);
  const second = handles.keep(connection, { id: 2 }, () => undefined);
  handles.keep(mailbox, "inbox", () => undefined);

  expect(handles.latest(connection)).toEqual({ name: second, value: { id: 2 } });
  await handles.close(connection, second);
  expect(handles.latest(connection)?.value).toEqual({ id: 1 });
});

test("each is closed once, and the rest at the end, last opened first, whatever fails", async () => {
  const handles = createHandles();
  const closed: string[] = [];
  const open = (what: string) => handles.keep(mailbox, what, () => void closed.push(what));
  open("a");
  const b = open("b");
  handles.keep(mailbox, "broken", () => Promise.reject(new Error("no answer")));
  open("c");

  expect(await handles.close(mailbox, b)).toBe(true);
  expect(await handles.close(mailbox, b)).toBe(false);
  expect(await handles.close(connection, "mailbox-1")).toBe(false);
  await handles.closeAll();
  await handles.closeAll();

  expect(closed).toEqual(["b", "c", "a"]);
});

test("a failing close is told to who asked for it, and the handle is gone", async () => {
  const handles = createHandles();
  const name = handles.keep(mailbox, "x", () => Promise.reject(new Error("no answer")));

  await expect(handles.close(mailbox, name)).rejects.toThrow("no answer");
  expect(await handles.close(mailbox, name)).toBe(false);
});
