import type { Route } from "../define-route.ts";
import { REQUEST_HEADERS, RESPONSE_HEADERS, type RequestHeader, type ResponseHeader } from "./header-table.ts";

/** As much of an OpenAPI document as is looked at here. */
interface OperationsDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
}

type JsonSchema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly description?: string;
  readonly schema?: JsonSchema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Readonly<Record<string, unknown>>;
  readonly responses?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The paths of the document, completed by what no schema that requests are validated by can tell. Pure. */
export function describeOperations(
  { paths = {} }: OperationsDocument,
  routes: readonly Route[],
): NonNullable<OperationsDocument["paths"]> {
  const described: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [path, operations = {}] of Object.entries(paths)) {
    const ofPath = routes.filter((route) => documentPath(route) === path);
    described[path] = Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => {
        const route = ofPath.find((one) => one.method.toLowerCase() === method);
        return [method, route ? describeOperation(operation as Operation, route) : operation];
      }),
    );
  }
  return described;
}

/** `/jobs/:jobId` as OpenAPI writes it. */
function documentPath({ path }: Pick<Route, "path">): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

function describeOperation(operation: Operation, route: Route): Operation {
  const parameters = [...(operation.parameters ?? []).map(withoutGuess), ...requestHeaders(route).map(headerParameter)];
  const { responses = {} } = operation;
  return {
    ...operation,
    ...(parameters.length > 0 && { parameters }),
    ...(route.accepts && { requestBody: { required: true, content: rawContent(route.accepts) } }),
    responses: Object.fromEntries([
      ...Object.entries(responses).map(([status, response]) => [status, withHeaders(response, route, Number(status))]),
      ...(takes(route, "If-None-Match") ? [["304", NOT_MODIFIED]] : []),
    ]),
  };
}

const NOT_MODIFIED = { description: "The caller has this content", headers: responseHeaders(["ETag"]) };

/** The page to try routes out sends every example there is: of an optional filter, that would be one nobody chose. */
function withoutGuess(parameter: Parameter): Parameter {
  if (parameter.in !== "query" || parameter.required === true) return parameter;
  const { example: _, schema, ...rest } = parameter;
  if (schema === undefined) return rest;
  const { example: _example, examples: _examples, ...plain } = schema;
  return { ...rest, schema: plain };
}

/** Headers that the route goes by. */
export function requestHeaders(route: Route): readonly RequestHeader[] {
  const isEdit = Object.values(route.errors ?? {}).some((codes) => codes.includes("PRECONDITION_INVALID"));
  return [
    ...(isKeyed(route) ? (["Idempotency-Key"] as const) : []),
    ...(isEdit ? (["If-Match"] as const) : []),
    ...(route.headers ?? []),
  ];
}

function takes(route: Route, header: RequestHeader): boolean {
  return requestHeaders(route).includes(header);
}

/** Answers are kept for whoever has a key, and only for POST: the other methods may be repeated anyway. */
function isKeyed({ method, permission }: Route): boolean {
  return method === "POST" && permission !== undefined;
}

function headerParameter(name: RequestHeader): Parameter {
  const { description, schema } = REQUEST_HEADERS[name];
  return { in: "header", name, required: false, description, schema };
}

function withHeaders(
  response: Readonly<Record<string, unknown>>,
  route: Route,
  status: number,
): Readonly<Record<string, unknown>> {
  const names = headersOfAnswer(route, status);
  return names.length === 0 ? response : { ...response, headers: responseHeaders(names) };
}

function headersOfAnswer(route: Route, status: number): readonly ResponseHeader[] {
  if (status === 401) return ["WWW-Authenticate"];
  if (status === 503) return ["Retry-After"];
  if (status === 416) return ["Content-Range"];
  const { success } = route;
  if (status !== success.status && success.also?.includes(status) !== true) return [];
  const implied: ResponseHeader[] = [];
  // Work that goes on: where to look for it.
  if (success.status === 202) implied.push("Location");
  if (takes(route, "If-Match") && success.body) implied.push("ETag");
  if (status === 206) implied.push("Content-Range");
  if (isKeyed(route)) implied.push("Idempotency-Replayed");
  return [...new Set([...(success.headers ?? []), ...implied])];
}

function responseHeaders(names: readonly ResponseHeader[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, RESPONSE_HEADERS[name]]));
}

const BINARY: JsonSchema = { type: "string", format: "binary" };
const FORM: JsonSchema = { type: "object", required: ["file"], properties: { file: BINARY } };

/** A raw body is the file itself; in a form, a field holds it; as JSON, the file is an object. */
function rawContent(accepts: readonly string[]): Readonly<Record<string, { readonly schema: JsonSchema }>> {
  return Object.fromEntries(accepts.map((type) => [type, { schema: RAW_SCHEMAS[type] ?? BINARY }]));
}

const RAW_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  "application/json": { type: "object" },
  "multipart/form-data": FORM,
};
