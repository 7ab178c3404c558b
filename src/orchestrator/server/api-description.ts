import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

/** Paths beside `routes` that anybody may ask for. */
export const DESCRIPTION_PATHS = { document: "/openapi.json", page: "/docs" } as const;

/** Registers what collects the routes; to be called before they are mounted. */
export async function collectDescription(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "casare-rpa",
        version,
        description:
          "Workflows, jobs, robots. Errors are application/problem+json (RFC 9457) with a stable `code`. Every POST takes an `Idempotency-Key`.",
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "An API key: crpa_…" },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    transform: describeRawBodies(jsonSchemaTransform),
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
}

/** Serves the description and a page to try it out. */
export async function serveDescription(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: DESCRIPTION_PATHS.page,
    // No request of the page leaves this server.
    uiConfig: { validatorUrl: null, docExpansion: "list" },
    staticCSP: true,
  });
  app.get(DESCRIPTION_PATHS.document, { schema: { hide: true } }, async () => app.swagger());
}

type Transform = typeof jsonSchemaTransform;

/** Raw bodies have no schema to validate by, but the description must tell of them. */
function describeRawBodies(transform: Transform): Transform {
  return (document) => {
    const described = transform(document);
    const { consumes, body } = (document.schema ?? {}) as { consumes?: unknown; body?: unknown };
    if (consumes === undefined || body !== undefined) return described;
    return { ...described, schema: { ...described.schema, body: { type: "string", format: "binary" } } };
  };
}

type Described = ReturnType<typeof jsonSchemaTransformObject>;

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
