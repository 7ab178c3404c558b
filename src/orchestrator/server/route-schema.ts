import type { FastifySchema } from "fastify";
import { z } from "zod";
import { problem } from "../../contracts/index.ts";
import type { Route } from "../define-route.ts";

const PROBLEM_TYPE = "application/problem+json";

/** Codes that any route may answer with. */
const EVERY_ROUTE = {
  400: ["REQUEST_MALFORMED"],
  422: ["REQUEST_INVALID"],
  500: ["INTERNAL"],
  503: ["DATABASE_UNAVAILABLE", "ORCHESTRATOR_CLOSING"],
};
const GUARDED_ROUTES = { 401: ["AUTH_REQUIRED", "AUTH_INVALID"], 403: ["AUTH_FORBIDDEN"] };
const ROUTES_WITH_BODY = { 413: ["REQUEST_TOO_LARGE"], 415: ["REQUEST_MEDIA_TYPE"] };
const POST_ROUTES = {
  400: ["IDEMPOTENCY_KEY_INVALID"],
  409: ["IDEMPOTENCY_IN_FLIGHT"],
  422: ["IDEMPOTENCY_KEY_REUSED"],
};

/** Every code the route may answer with, by status. */
export function errorCodes(route: Route): ReadonlyMap<number, readonly string[]> {
  const tables: Readonly<Record<number, readonly string[]>>[] = [route.errors ?? {}, EVERY_ROUTE];
  if (route.permission !== undefined) tables.push(GUARDED_ROUTES);
  if (route.body !== undefined || route.raw !== undefined) tables.push(ROUTES_WITH_BODY);
  if (route.method === "POST") tables.push(POST_ROUTES);
  const codes = new Map<number, string[]>();
  for (const [status, more] of tables.flatMap((table) => Object.entries(table))) {
    codes.set(Number(status), [...new Set([...(codes.get(Number(status)) ?? []), ...more])]);
  }
  return codes;
}

/** What Fastify validates, serializes and describes by. */
export function routeSchema(route: Route): FastifySchema {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(route.params && { params: route.params }),
    ...(route.query && { querystring: route.query }),
    ...(route.body && { body: route.body }),
    ...(route.accepts && { consumes: [...route.accepts] }),
    ...(route.permission === undefined && { security: [] }),
    response: { ...successResponses(route), ...errorResponses(route) },
  };
}

type Responses = Record<string, unknown>;

function successResponses({ success }: Route): Responses {
  const content: Record<string, unknown> = {};
  if (success.body) content["application/json"] = { schema: success.body };
  for (const contentType of success.contentTypes ?? []) content[contentType] = { schema: z.string() };
  const response =
    Object.keys(content).length === 0
      ? z.undefined().describe(success.description)
      : { description: success.description, content };
  return Object.fromEntries([success.status, ...(success.also ?? [])].map((status) => [status, response]));
}

function errorResponses(route: Route): Responses {
  return Object.fromEntries(
    [...errorCodes(route)]
      // A status that the route answers with by itself has its own description.
      .filter(([status]) => !route.success.also?.includes(status))
      .map(([status, codes]) => [
        status,
        { description: codes.join(", "), content: { [PROBLEM_TYPE]: { schema: problem } } },
      ]),
  );
}
