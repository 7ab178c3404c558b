import { defineErrors } from "../core/errors.ts";

/** Refusals of a request's key, and what managing keys rejects with. An unknown, an expired and a revoked key are all AUTH_INVALID. */
export const authErrors = defineErrors({
  AUTH_REQUIRED: {
    status: 401,
    message: () => "An API key is needed: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`",
  },
  AUTH_INVALID: {
    status: 401,
    message: () =>
      "The API key is unknown, expired or revoked; use another one or have an administrator make a new one",
  },
  AUTH_FORBIDDEN: {
    status: 403,
    message: (d: { kind: string; permission: string }) =>
      `${d.kind === "admin" ? "An" : "A"} ${d.kind} key does not have the permission ${d.permission}`,
  },
  AUTH_KEY_NOT_FOUND: {
    status: 404,
    message: (d: { keyId: string }) => `API key ${d.keyId} does not exist in this tenant`,
  },
  AUTH_KEY_REVOKED: {
    status: 409,
    message: (d: { keyId: string }) =>
      `API key ${d.keyId} is revoked or expired and cannot be rotated; create a new one`,
  },
  AUTH_CURSOR_INVALID: {
    status: 400,
    message: () => "The cursor is not one that this list gave out; start again without a cursor",
  },
});
