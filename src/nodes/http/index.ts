import type { AnyNode } from "../../execution/index.ts";
import { buildUrlNode } from "./build-url.ts";
import { httpAuthNode } from "./http-auth.ts";
import { httpRequestNode } from "./http-request.ts";
import { parseJsonResponseNode } from "./parse-json-response.ts";
import { setHttpHeadersNode } from "./set-http-headers.ts";

export const httpNodes: readonly AnyNode[] = [
  httpRequestNode,
  setHttpHeadersNode,
  parseJsonResponseNode,
  buildUrlNode,
  httpAuthNode,
];
