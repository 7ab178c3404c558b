import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { Route } from "../define-route.ts";
import { describeOperations } from "./describe-operations.ts";

/** Paths beside `routes` that anybody may ask for. */
export const DESCRIPTION_PATHS = { document: "/openapi.json", page: "/docs" } as const;

/** Registers what collects the routes; to be called before they are mounted. */
export async function collectDescription(
  app: FastifyInstance,
  { version, routes }: { readonly version: string; readonly routes: readonly Route[] },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "casare-rpa",
        version,
        description:
          "Workflows, jobs, robots. Errors are application/problem+json (RFC 9457) with a stable `code`. Every POST takes an `Idempotency-Key`. Robots connect to the WebSocket `/ws/robot`; `/ws/monitoring` streams events; their messages are in `contracts/messages.json` of the package.",
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "An API key: crpa_…" },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => completed(jsonSchemaTransformObject(document), routes),
  });
}

/** Serves the description and a page to try it out. */
export async function serveDescription(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: DESCRIPTION_PATHS.page,
    // No request of the page leaves this server.
    uiConfig: { validatorUrl: null, docExpansion: "list" },
    staticCSP: true,
    // The bar at the top has the library's logo and a field for other servers' descriptions.
    theme: {
      title: "casare-rpa API",
      css: [{ filename: "casare.css", content: ".swagger-ui .topbar { display: none }" }],
    },
  });
  app.get(DESCRIPTION_PATHS.document, { schema: { hide: true } }, async () => app.swagger());
}

type Described = ReturnType<typeof jsonSchemaTransformObject>;

function completed(document: Described, routes: readonly Route[]): Described {
  return withoutUnused({ ...document, paths: describeOperations(document, routes) });
}

/** Every schema with a name comes as input and as output; only what some route refers to is worth telling. */
function withoutUnused(document: Described): Described {
  if (!("components" in document)) return document;
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (text: string): void => {
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(JSON.stringify(schemas[name] ?? {}));
    }
  };
  visit(JSON.stringify(document.paths ?? {}));
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } } as Described;
}
