import { z } from "zod";
import { choice, dict, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { mergeHeaders } from "./merge-headers.ts";

export const httpAuthNode = defineNode({
  type: "HttpAuthNode",
  category: "http",
  summary: "Makes the header that authenticates a request: bearer token, name and password, or API key",
  needs: [],
  effect: "none",
  config: z.object({
    credential_name: textOr("")
      .refine((name) => name.trim() === "", "is not supported; give token, or username and password, as secrets")
      .describe("Must be empty"),
    auth_type: withDefault(choice(["Bearer", "Basic", "ApiKey"]), "Bearer").describe("The kind of authentication"),
    token: textOr("").describe("Token of Bearer, key of ApiKey"),
    username: textOr("").describe("User name of Basic"),
    password: textOr("").describe("Password of Basic"),
    api_key_name: textOr("X-API-Key").describe("Header that carries the key of ApiKey"),
    base_headers: withDefault(dict(), {}).describe("Headers to start from"),
  }),
  inputs: {
    credential_name: "STRING",
    auth_type: "STRING",
    token: "STRING",
    username: "STRING",
    password: "STRING",
    api_key_name: "STRING",
    base_headers: "DICT",
  },
  outputs: { headers: "DICT" },
  run({ config, protect }) {
    const header = authHeader(config);
    // Base64 of name and password together is not what the masker knows of the password alone.
    for (const value of Object.values(header)) protect(value.replace(/^(Basic|Bearer) /, ""));
    return { outputs: { headers: mergeHeaders(config.base_headers, header) } };
  },
});

interface Credentials {
  readonly auth_type: "Bearer" | "Basic" | "ApiKey";
  readonly token: string;
  readonly username: string;
  readonly password: string;
  readonly api_key_name: string;
}

function authHeader(given: Credentials): Record<string, string> {
  if (given.auth_type === "Basic") {
    if (given.username === "") throw missing("username", "Basic");
    // RFC 7617 §2: the first colon ends the name.
    if (given.username.includes(":")) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "username", reason: "must not hold a colon" });
    }
    return { Authorization: `Basic ${Buffer.from(`${given.username}:${given.password}`).toString("base64")}` };
  }
  if (given.token === "") throw missing("token", given.auth_type);
  return given.auth_type === "Bearer"
    ? { Authorization: `Bearer ${given.token}` }
    : { [given.api_key_name]: given.token };
}

function missing(parameter: string, authType: string) {
  return nodeErrors.NODE_VALUE_INVALID({ parameter, reason: `is needed by ${authType}` });
}
