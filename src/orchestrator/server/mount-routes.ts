import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authenticate, demand, type Principal, presentedKey } from "../../auth/index.ts";
import type { IdempotencyStore } from "../../persistence/index.ts";
import type { Route, RouteAnswer, UploadedFile, UploadedStream } from "../define-route.ts";
import { answerOnce } from "../idempotency/answer-once.ts";
import { readIdempotencyKey } from "../idempotency/idempotency-key.ts";
import type { KeptAnswer } from "../idempotency/sealed-answer.ts";
import type { Services } from "../services.ts";
import { answersHead } from "./allowed-methods.ts";
import { acceptFile, acceptStream, readFile } from "./body-parsers.ts";
import { routeSchema } from "./route-schema.ts";

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** Content types the route takes, for the error answer to others. */
    readonly accepted?: readonly string[];
    /** Of a JSON body, see `readJson`. */
    readonly uniqueKeys?: boolean;
  }
}

export interface MountParts {
  readonly services: Services;
  readonly idempotency: IdempotencyStore;
}

/** Adds the routes to the server. The loop is the only place where a route meets Fastify. */
export async function mountRoutes(app: FastifyInstance, routes: readonly Route[], parts: MountParts): Promise<void> {
  const { bodyMaxBytes } = parts.services.limits;
  for (const route of routes) {
    // A scope of its own for each route with a raw body, so that its parsers are its alone.
    if (route.raw === "file") {
      await app.register(async (scope) => {
        await acceptFile(scope, bodyMaxBytes);
        mountRoute(scope, route, parts);
      });
    } else if (route.raw === "stream") {
      await app.register(async (scope) => {
        acceptStream(scope);
        mountRoute(scope, route, parts);
      });
    } else {
      mountRoute(app, route, parts);
    }
  }
}

function mountRoute(app: FastifyInstance, route: Route, parts: MountParts): void {
  const { services } = parts;
  app.route({
    method: route.method,
    url: route.path,
    schema: routeSchema(route),
    config: { accepted: route.accepts ?? ["application/json"], uniqueKeys: route.uniqueKeys ?? false },
    exposeHeadRoute: answersHead(route),
    async onRequest(request) {
      if (route.permission === undefined) return;
      const principal = await authenticate(request.headers, services.verifyKey);
      demand(principal, route.permission);
      request.principal = principal;
    },
    handler: (request, reply) => handle(route, parts, { request, reply }),
  });
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function handle(route: Route, parts: MountParts, { request, reply }: Exchange): Promise<FastifyReply> {
  const file = route.raw === "file" ? await readFile(request) : undefined;
  const run = (): Promise<RouteAnswer<unknown>> => callHandler(route, parts.services, { request, reply }, file);
  const key = route.method === "POST" ? readIdempotencyKey(request.headers) : undefined;
  const apiKey = presentedKey(request.headers);
  const { principal } = request;
  if (key === undefined || principal === undefined || apiKey === undefined) {
    return sendAnswer(route, reply, await run());
  }
  const keyed = {
    tenantId: principal.tenantId,
    keyId: principal.keyId,
    route: route.id,
    key,
    requestHash: hashRequest(request, file),
  };
  const once = { store: parts.idempotency, log: parts.services.log, apiKey };
  const kept = await answerOnce(once, keyed, async () => keepAnswer(route, await run()));
  const body = kept.body === undefined ? undefined : (JSON.parse(kept.body) as unknown);
  return sendAnswer(route, reply, { body, status: kept.status, headers: kept.headers });
}

async function callHandler(
  route: Route,
  services: Services,
  { request, reply }: Exchange,
  file: UploadedFile | undefined,
): Promise<RouteAnswer<unknown>> {
  const input = {
    params: request.params,
    query: request.query,
    body: request.body,
    headers: request.method === "HEAD" ? withoutRange(request.headers) : request.headers,
    requestId: request.id,
    principal: request.principal,
    signal: signalOf(reply),
    file,
    stream: route.raw === "stream" ? streamOf(request) : undefined,
  };
  // The schemas, the guard above and `raw` have made of it what the handler's type asks for.
  return route.handle(input as never, services);
}

/** A part of a content can be asked for by GET only (RFC 9110 §14.2). */
function withoutRange(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { range: _, ...others } = headers;
  return others;
}

function sendAnswer(route: Route, reply: FastifyReply, answer: RouteAnswer<unknown>): FastifyReply {
  reply.headers({ ...answer.headers }).code(answer.status ?? route.success.status);
  if (!("content" in answer)) return reply.send(answer.body);
  if (reply.request.method !== "HEAD") return reply.send(answer.content);
  // The headers are the whole answer: the content would be read for nothing.
  answer.content.destroy();
  return reply.send(Readable.from([]));
}

function keepAnswer(route: Route, answer: RouteAnswer<unknown>): KeptAnswer {
  if ("content" in answer) throw new TypeError(`${route.id} answers with a stream, which cannot be kept`);
  const body = answer.body === undefined ? undefined : JSON.stringify(answer.body);
  return {
    status: answer.status ?? route.success.status,
    headers: { ...answer.headers },
    ...(body !== undefined && { body }),
  };
}

/** Aborts when the caller goes away before the answer is complete. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function streamOf(request: FastifyRequest): UploadedStream {
  return { contentType: request.headers["content-type"] ?? "", content: request.raw };
}

/** Two requests are the same when path, query and content are. A form is judged by its file: its borders are random. */
function hashRequest(request: FastifyRequest, file: UploadedFile | undefined): Uint8Array {
  const hash = createHash("sha256").update(JSON.stringify([request.method, request.url]));
  return hash.update(file?.content ?? request.rawBody ?? "").digest();
}
