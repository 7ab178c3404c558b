import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { z } from "zod";
import type { Permission, Principal } from "../auth/index.ts";
import type { RequestHeader, ResponseHeader } from "./server/header-table.ts";
import type { Services } from "./services.ts";

/** Parameters and queries are read from text, so each is an object of named parts. */
type Named = z.ZodObject;

/** What a handler gets to know of a request; everything in it has passed the route's schemas. */
interface RouteRequest<Params extends Named, Query extends Named, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly headers: IncomingHttpHeaders;
  /** Aborts when the caller goes away or the server closes. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** The body of a route that takes files: the whole content in memory, at most BODY_MAX_BYTES. */
export interface UploadedFile {
  /** Lower case, without parameters. */
  readonly mediaType: string;
  readonly fileName?: string;
  readonly content: Uint8Array;
}

/** The body of a route that takes any amount of bytes. To be read to its end or left alone. */
export interface UploadedStream {
  readonly contentType: string;
  readonly content: Readable;
}

/** `file`: the handler finds the content in `file`; `stream`: in `stream`. Otherwise the body is JSON. */
type RawBody = "file" | "stream";

export type RouteAnswer<Body> =
  | { readonly body: Body; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly content: Readable; readonly status?: number; readonly headers: Readonly<Record<string, string>> };

/** An answer as the API description tells it. */
interface SuccessDefinition<Answer extends z.ZodType> {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Absent for 204 and for `contentType` other than JSON. */
  readonly body?: Answer;
  /** Further statuses that carry the same body. */
  readonly also?: readonly number[];
  /** Media types beside or instead of JSON. */
  readonly contentTypes?: readonly string[];
  /** Beside those that the kind of route implies; for the API description. */
  readonly headers?: readonly ResponseHeader[];
}

/**
 * A route is data: the server, the API description and the permission matrix are all read off it.
 */
interface RouteDefinition<Params extends Named, Query extends Named, Body extends z.ZodType, Answer extends z.ZodType> {
  /** `operationId`; stable, clients are generated from it. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A key that occurs twice in an object of the JSON body is refused: for documents that people write. */
  readonly uniqueKeys?: boolean;
  readonly raw?: RawBody;
  /** Content types of a raw body, for the API description. */
  readonly accepts?: readonly string[];
  /** Headers that the handler reads, beside those that the kind of route implies; for the API description. */
  readonly headers?: readonly RequestHeader[];
  readonly success: SuccessDefinition<Answer>;
  /** Codes by status, beside those that every route may answer with. */
  readonly errors?: Readonly<Record<number, readonly string[]>>;
}

type Guarded<
  Params extends Named,
  Query extends Named,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = RouteDefinition<Params, Query, Body, Answer> & {
  /** Checked before the handler runs. */
  readonly permission: Permission;
  handle(
    request: RouteRequest<Params, Query, Body> & {
      readonly principal: Principal;
      readonly file: UploadedFile;
      readonly stream: UploadedStream;
    },
    services: Services,
  ): Promise<RouteAnswer<z.output<Answer>>>;
};

type Public<
  Params extends Named,
  Query extends Named,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> = RouteDefinition<Params, Query, Body, Answer> & {
  handle(request: RouteRequest<Params, Query, Body>, services: Services): Promise<RouteAnswer<z.output<Answer>>>;
};

/** Any route, as the server mounts it. */
export interface Route extends RouteDefinition<Named, Named, z.ZodType, z.ZodType> {
  /** Undefined only for the public routes, which a test lists. */
  readonly permission: Permission | undefined;
  // A method, so that handlers of narrower requests are assignable.
  handle(request: never, services: Services): Promise<RouteAnswer<unknown>>;
}

/** A route for those who may. Here for inference, and so that every route is found by one search. */
export function defineRoute<
  Params extends Named,
  Query extends Named,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(route: Guarded<Params, Query, Body, Answer>): Route {
  return route;
}

/** A route for anybody. */
export function definePublicRoute<
  Params extends Named,
  Query extends Named,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(route: Public<Params, Query, Body, Answer>): Route {
  return { ...route, permission: undefined };
}
