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
      const { uniqueKeys = false } = request.routeOptions.config;
      return body.byteLength === 0 ? undefined : readJson(decode(body), { uniqueKeys });
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
  await app.register(multipart, { limits: { fileSize: maxBytes, files: 2, fields: 10, parts: 11, headerPairs: 50 } });
}

/** The file of the request, however it was sent. Rejects with REQUEST_MALFORMED when there is none, or more than one. */
export async function readFile(request: FastifyRequest): Promise<UploadedFile> {
  if (request.isMultipart()) return readForm(request);
  if (!(request.body instanceof Uint8Array) || request.body.byteLength === 0) {
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the body is empty, a file was expected" });
  }
  return { mediaType: mediaTypeOf(request.headers["content-type"]), content: request.body };
}

/** The one file of a form, read to the form's end: a second file must not get lost in silence. */
async function readForm(request: FastifyRequest): Promise<UploadedFile> {
  let file: UploadedFile | undefined;
  try {
    for await (const part of request.files()) {
      if (file !== undefined) {
        part.file.resume();
        throw orchestratorErrors.REQUEST_MALFORMED({
          problem: "the form holds more than one file; send one form for each file",
        });
      }
      file = { mediaType: mediaTypeOf(part.mimetype), fileName: part.filename, content: await part.toBuffer() };
    }
  } catch (error) {
    throw isFormBroken(error)
      ? orchestratorErrors.REQUEST_MALFORMED({ problem: "the form breaks off or is damaged" }, { cause: error })
      : error;
  }
  if (!file)
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the form holds no file; send it as a field `file`" });
  return file;
}

/** The reader of forms has no code for what it cannot read, only for its limits. */
function isFormBroken(error: unknown): boolean {
  return error instanceof Error && !("code" in error) && !("statusCode" in error);
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? "").replace(/;.*$/s, "").trim().toLowerCase();
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    throw orchestratorErrors.REQUEST_MALFORMED(
      { problem: "the body is not UTF-8 text; send it as UTF-8" },
      { cause: error },
    );
  }
}
