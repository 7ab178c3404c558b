import type { Route } from "../define-route.ts";

/** Methods that the path takes, for the answer to one it does not; [] for a path that does not exist. */
export function allowedMethods(routes: readonly Pick<Route, "method" | "path">[], path: string): readonly string[] {
  const methods = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  return [...new Set(methods)].toSorted();
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}
