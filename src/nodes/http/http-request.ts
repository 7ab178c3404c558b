import { z } from "zod";
import { anything, choice, decimal, dict, flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { inexactNote } from "../json-text.ts";
import { requiredText } from "../required.ts";
import { mergeHeaders } from "./merge-headers.ts";
import { withQuery } from "./query-text.ts";
import { bodyText } from "./request-body.ts";
import { responseJson, responseText } from "./response-text.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

const capitals = (value: unknown): unknown => (typeof value === "string" ? value.trim().toUpperCase() : value);

export const httpRequestNode = defineNode({
  type: "HttpRequestNode",
  category: "http",
  summary: "Sends an HTTP request; any answer is a success of the node, and success tells whether it was 2xx",
  needs: ["http"],
  effect: "once",
  config: z.object({
    url: requiredText().describe("Absolute http or https address"),
    method: z.preprocess(capitals, withDefault(choice(METHODS), "GET")).describe("HTTP method"),
    headers: withDefault(dict(), {}).describe("Request headers"),
    body: anything().describe("Text is sent as it is; a list or dict as JSON, or as form fields by content_type"),
    params: withDefault(dict(), {}).describe("Parameters added to the query; a list repeats its name"),
    timeout: withDefault(decimal({ min: 0, max: 86_400 }), 30).describe(
      "Seconds for the whole exchange; 0 for no limit",
    ),
    verify_ssl: withDefault(flag(), true)
      .refine((value) => value, "must be true; to trust a private certificate, set NODE_EXTRA_CA_CERTS for the robot")
      .describe("Check the server's certificate; cannot be switched off"),
    follow_redirects: withDefault(flag(), true).describe("Follow redirects"),
    max_redirects: withDefault(integer({ min: 0 }), 10).describe("0 follows none; any other number up to 20 redirects"),
    content_type: textOr("application/json").describe("Content-Type of the body, unless headers name one"),
    proxy: textOr("")
      .refine((value) => value.trim() === "", "is not supported; leave it empty and reach the server directly")
      .describe("Must be empty"),
    retry_count: withDefault(integer({ min: 0, max: 100 }), 0).describe(
      "Further tries after a network failure or 429, 502, 503, 504; for requests that may be repeated",
    ),
    retry_delay: withDefault(decimal({ min: 0, max: 3600 }), 1).describe("Seconds before the first further try"),
    response_encoding: textOr("").describe("Encoding of the answer; what the server says when empty"),
  }),
  inputs: { url: "STRING", method: "STRING", headers: "DICT", body: "ANY", params: "DICT", timeout: "FLOAT" },
  outputs: {
    response_body: "STRING",
    response_json: "ANY",
    status_code: "INTEGER",
    response_headers: "DICT",
    success: "BOOLEAN",
    error: "STRING",
  },
  // The exchange has its own limit and its own tries.
  timeoutMs: 0,
  retriesItself: true,
  portAliases: { response: "response_body", headers: "response_headers", json: "response_json" },
  async run({ config, http, log, signal }) {
    const body = bodyText(config.body, config.content_type);
    const type = body === undefined || config.content_type === "" ? {} : { "Content-Type": config.content_type };
    const response = await http.send({
      method: config.method,
      url: withQuery(config.url, config.params),
      headers: mergeHeaders(type, config.headers),
      ...(body === undefined ? {} : { body }),
      timeoutMs: Math.round(config.timeout * 1000),
      followRedirects: config.follow_redirects && config.max_redirects > 0,
      retries: config.retry_count,
      retryDelayMs: Math.round(config.retry_delay * 1000),
      signal,
    });
    const text = responseText(response, config.response_encoding.trim());
    const { data, inexactNumbers } = responseJson(text, response.headers["content-type"] ?? "");
    if (inexactNumbers > 0) log("warning", inexactNote(inexactNumbers));
    const success = response.status >= 200 && response.status < 300;
    return {
      outputs: {
        response_body: text,
        response_json: data,
        status_code: response.status,
        response_headers: response.headers,
        success,
        error: success ? "" : `HTTP ${response.status}`,
      },
    };
  },
});
