import type { Server } from "node:http";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import type { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { IdempotencyStore } from "../persistence/index.ts";
import { routes } from "./api/routes.ts";
import { orchestratorErrors } from "./errors.ts";
import { describeError } from "./problem.ts";
import { allowedMethods } from "./server/allowed-methods.ts";
import { collectDescription, DESCRIPTION_PATHS, serveDescription } from "./server/api-description.ts";
import { acceptJson } from "./server/body-parsers.ts";
import { drainBody } from "./server/drain-body.ts";
import { mountRoutes } from "./server/mount-routes.ts";
import { invalidRequest, REQUEST_PARTS, toAppError } from "./server/request-errors.ts";
import type { Services } from "./services.ts";

/** The parts the REST API works with; they stay the caller's to close. */
export interface OrchestratorDependencies {
  readonly services: Services;
  readonly idempotency: IdempotencyStore;
}

/** The REST API on a server that does not listen yet. */
export interface Orchestrator {
  /** For WebSocket upgrades. */
  readonly server: Server;
  /** Resolves with the address; rejects with ORCHESTRATOR_PORT_IN_USE or ORCHESTRATOR_CANNOT_LISTEN. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Refuses new requests, waits for running ones, at most `timeoutMs`, then drops them. */
  close(timeoutMs: number): Promise<void>;
}

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
const SWEEP_MS = 20;
/** Receiving a request may take this long, milliseconds: the largest artifact over a slow line. */
const REQUEST_TIMEOUT_MS = 3_600_000;

/** Builds the REST API from its parts. It opens nothing: what it is given stays the caller's to close. */
export async function createOrchestrator(dependencies: OrchestratorDependencies): Promise<Orchestrator> {
  const { services } = dependencies;
  const app = Fastify({
    bodyLimit: services.limits.bodyMaxBytes,
    genReqId: (request) => requestIdOf(request.headers["x-request-id"]),
    routerOptions: { maxParamLength: 500 },
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    exposeHeadRoutes: false,
    // Our own hook says it in our own words.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void sendError(error, { request, reply, services }),
  });
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    // Fastify says null where there is no body; absent is undefined.
    const read = schema.safeParse(data ?? undefined);
    if (read.success) return { value: read.data };
    return { error: invalidRequest(REQUEST_PARTS[httpPart ?? ""] ?? "request", read.error) };
  });
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest("rawBody", undefined);
  app.decorateRequest("principal", undefined);
  acceptJson(app);
  let isClosing = false;
  addHooks(app, services, () => isClosing);
  app.setErrorHandler(async (error, request, reply) => {
    await drainBody(request.raw);
    return sendError(error, { request, reply, services });
  });
  app.setNotFoundHandler((request, reply) => sendError(notFound(request), { request, reply, services }));
  await collectDescription(app, { version: services.version, routes });
  await mountRoutes(app, routes, dependencies);
  await serveDescription(app);
  await app.ready();
  return {
    server: app.server,
    listen: (address) => listen(app, address),
    close(timeoutMs) {
      isClosing = true;
      return close(app, timeoutMs);
    },
  };
}

function addHooks(app: FastifyInstance, { log }: Services, isClosing: () => boolean): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headersOfEveryAnswer(request));
    if (isClosing()) throw orchestratorErrors.ORCHESTRATOR_CLOSING({});
  });
  app.addHook("onResponse", async (request, reply) => {
    const facts = {
      requestId: request.id,
      method: request.method,
      // The pattern and not the path: what a caller puts into a URL is none of the log's business.
      route: request.routeOptions.url ?? "unknown",
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    };
    if (facts.route.startsWith("/health")) log.debug(facts, "request handled");
    else log.info(facts, "request handled");
  });
}

function headersOfEveryAnswer(request: FastifyRequest): Record<string, string> {
  return {
    "x-request-id": request.id,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    // The page that describes the API has a policy of its own.
    ...(!request.url.startsWith(DESCRIPTION_PATHS.page) && {
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }),
  };
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && /^[\w.-]{1,64}$/.test(header) ? header : newId();
}

/** What answers there answers upgrades only. */
const WEBSOCKET_PATHS: ReadonlySet<string> = new Set(["/ws/robot", "/ws/monitoring"]);

function notFound(request: FastifyRequest): Error {
  const { method } = request;
  const path = request.url.replace(/\?.*$/s, "");
  if (WEBSOCKET_PATHS.has(path)) return orchestratorErrors.WEBSOCKET_EXPECTED({ path });
  const allowed = allowedMethods(routes, path);
  return allowed.length === 0
    ? orchestratorErrors.ROUTE_NOT_FOUND({ method, path })
    : orchestratorErrors.METHOD_NOT_ALLOWED({ method, path, allowed });
}

interface Failure {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly services: Services;
}

function sendError(thrown: unknown, { request, reply, services }: Failure): FastifyReply {
  const { bodyMaxBytes } = services.limits;
  const accepted = request.routeOptions?.config?.accepted ?? ["application/json"];
  const error = toAppError(thrown, { bodyMaxBytes, accepted }) ?? thrown;
  const { problem, headers } = describeError(error, request.id);
  if (problem.status >= 500) {
    const facts = { requestId: request.id, code: problem.code, err: error, problem: messageOf(error) };
    if (problem.status === 500) services.log.error(facts, "request failed");
    else services.log.warn(facts, "request failed");
  }
  // Text, so that no serializer of the route's own answers gets at it.
  return reply
    .code(problem.status)
    .headers({ ...headersOfEveryAnswer(request), ...headers, "content-type": PROBLEM_TYPE })
    .serializer((text: string) => text)
    .send(JSON.stringify(problem));
}

async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw orchestratorErrors.ORCHESTRATOR_PORT_IN_USE({ host, port }, { cause: error });
    const reason = typeof code === "string" ? code : messageOf(error);
    throw orchestratorErrors.ORCHESTRATOR_CANNOT_LISTEN({ host, port, reason }, { cause: error });
  }
}

async function close(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const deadline = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  // A connection whose answer ends while the server closes would be kept alive for further requests.
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
    clearInterval(sweep);
  }
}
