import type { Route } from "../define-route.ts";

/** Methods that the path takes, for the answer to one it does not; [] for a path that does not exist. */
export function allowedMethods(
  routes: readonly Pick<Route, "method" | "path" | "success">[],
  path: string,
): readonly string[] {
  const methods = routes
    .filter((route) => matches(route.path, path))
    .flatMap((route) => (answersHead(route) ? [route.method, "HEAD"] : [route.method]));
  return [...new Set(methods)].toSorted();
}

/** True when HEAD is answered as well. A stream of events has nothing to tell before it begins. */
export function answersHead({ method, success }: Pick<Route, "method" | "success">): boolean {
  return method === "GET" && success.contentTypes?.includes("text/event-stream") !== true;
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}
