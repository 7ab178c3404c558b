import { list, textOr, withDefault } from "../../../execution/index.ts";

/** The list a node works on; none is an empty one. */
export function theList() {
  return withDefault(list(), []).describe("The list; an empty one when it is left out");
}

/** Path of the value inside of each item. */
export function keyPath() {
  return textOr("").describe("Path of the value inside of each item, like customer.name; the item itself when empty");
}

/** What old files call the list. */
export const LIST_ALIASES: Readonly<Record<string, string>> = { items: "list" };
