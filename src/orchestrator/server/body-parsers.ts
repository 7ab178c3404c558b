import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { UploadedFile } from "../define-route.ts";
import { orchestratorErrors } from "../errors.ts";
import { readJson } from "../read-json.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body as it came, for comparing requests; undefined without body and for streams. */
    rawBody: Uint8Array | undefined;
  }
}

/** JSON bodies; an empty one is no body. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json(?:;|$)/,
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) => {
      request.rawBody = body;
      return body.byteLength === 0 ? undefined : readJson(decode(body));
    },
  );
}

/** Any body, as the stream it comes in. */
export function acceptStream(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (_request: FastifyRequest, payload: unknown) => payload);
}

/** Any body of limited size, or a multipart form with one file. */
export async function acceptFile(app: FastifyInstance, maxBytes: number): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: FastifyRequest, body: Buffer) => body);
  await app.register(multipart, { limits: { fileSize: maxBytes, files: 1, fields: 10, parts: 11, headerPairs: 50 } });
}

/** The file of the request, however it was sent. Rejects with REQUEST_MALFORMED when there is none. */
export async function readFile(request: FastifyRequest): Promise<UploadedFile> {
  if (request.isMultipart()) {
    const part = await request.file();
    if (!part) throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the form holds no file" });
    const content = await part.toBuffer();
    return { mediaType: mediaTypeOf(part.mimetype), fileName: part.filename, content };
  }
  if (!(request.body instanceof Uint8Array) || request.body.byteLength === 0) {
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the body is empty, a file was expected" });
  }
  return { mediaType: mediaTypeOf(request.headers["content-type"]), content: request.body };
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the body is not UTF-8 text" }, { cause: error });
  }
}
