import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { databaseErrors } from "./errors.ts";
import { breaksConnection, isUniqueViolation, translateError } from "./translate-error.ts";

function serverError(code: string, fields: Record<string, string> = {}): Error {
  return Object.assign(new Error(fields["message"] ?? "some words"), { severity: "ERROR", code, ...fields });
}

function nodeError(code: string, message = "failed"): Error {
  return Object.assign(new Error(message), { code });
}

describe("translateError", () => {
  test.each([
    { sqlstate: "08006", code: "DATABASE_UNAVAILABLE", retryable: true },
    { sqlstate: "57P01", code: "DATABASE_UNAVAILABLE", retryable: true },
    { sqlstate: "57P03", code: "DATABASE_UNAVAILABLE", retryable: true },
    { sqlstate: "25P03", code: "DATABASE_UNAVAILABLE", retryable: true },
    { sqlstate: "53200", code: "DATABASE_UNAVAILABLE", retryable: true },
    { sqlstate: "40001", code: "DATABASE_CONFLICT", retryable: true },
    { sqlstate: "40P01", code: "DATABASE_CONFLICT", retryable: true },
    { sqlstate: "55P03", code: "DATABASE_CONFLICT", retryable: true },
    { sqlstate: "53100", code: "DATABASE_FULL", retryable: false },
    { sqlstate: "53300", code: "DATABASE_TOO_MANY_CONNECTIONS", retryable: true },
    { sqlstate: "57014", code: "DATABASE_TIMED_OUT", retryable: true },
    { sqlstate: "25006", code: "DATABASE_READ_ONLY", retryable: true },
    { sqlstate: "28P01", code: "DATABASE_REFUSED", retryable: false },
    { sqlstate: "3D000", code: "DATABASE_REFUSED", retryable: false },
    { sqlstate: "XX001", code: "DATABASE_CORRUPT", retryable: false },
    { sqlstate: "42P01", code: "DATABASE_FAILED", retryable: false },
  ])("SQLSTATE $sqlstate is $code", ({ sqlstate, code, retryable }) => {
    const error = translateError(serverError(sqlstate));

    expect(error).toMatchObject({ code, retryable });
  });

  test.each([
    { error: nodeError("ECONNREFUSED"), code: "DATABASE_UNAVAILABLE" },
    { error: nodeError("ENOTFOUND", "getaddrinfo ENOTFOUND db.example"), code: "DATABASE_UNAVAILABLE" },
    { error: nodeError("ENOENT"), code: "DATABASE_UNAVAILABLE" },
    { error: nodeError("ECONNRESET", "read ECONNRESET"), code: "DATABASE_UNAVAILABLE" },
    { error: new AggregateError([nodeError("ECONNREFUSED")]), code: "DATABASE_UNAVAILABLE" },
    { error: new Error("Connection terminated unexpectedly"), code: "DATABASE_UNAVAILABLE" },
    { error: new Error("Query read timeout"), code: "DATABASE_UNAVAILABLE" },
    {
      error: new Error("Client has encountered a connection error and is not queryable"),
      code: "DATABASE_UNAVAILABLE",
    },
    { error: new Error("The server does not support SSL connections"), code: "DATABASE_REFUSED" },
    { error: nodeError("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), code: "DATABASE_REFUSED" },
    { error: new Error("Cannot use a pool after calling end on the pool"), code: "DATABASE_CLOSED" },
    { error: "thrown text", code: "DATABASE_FAILED" },
  ])("$error is $code", ({ error, code }) => {
    expect(translateError(error).code).toBe(code);
  });

  test("leaves an AppError as it is", () => {
    const error = databaseErrors.DATABASE_CLOSED({});

    expect(translateError(error)).toBe(error);
  });

  test("a plan that a migration outdated is a conflict, and its connection is given up", () => {
    const error = serverError("0A000", { message: "cached plan must not change result type" });

    expect(translateError(error)).toMatchObject({ code: "DATABASE_CONFLICT", retryable: true });
    expect(breaksConnection(error)).toBe(true);
  });

  test("keeps which table, column and constraint", () => {
    const error = translateError(serverError("23505", { table: "tenant", constraint: "tenant_slug_key" }));

    expect(error.details).toMatchObject({ sqlstate: "23505", table: "tenant", constraint: "tenant_slug_key" });
  });

  prop.prop([fc.constantFrom("22P02", "22001", "22023", "23505", "23514"), fc.string({ minLength: 6 })])(
    "never passes on what the server quotes of the values",
    (sqlstate, value) => {
      const secret = `<<${value}>>`;
      const quotesInMessage = sqlstate.startsWith("22");
      const error = translateError(
        serverError(sqlstate, {
          message: quotesInMessage ? `invalid input syntax for type integer: "${secret}"` : "violates constraint",
          detail: `Key (password)=(${secret}) already exists.`,
          where: secret,
        }),
      );

      const shown = JSON.stringify([error.message, error.details, String(error.cause), (error.cause as Error).stack]);
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
    },
  );
});

describe("isUniqueViolation", () => {
  const duplicate = translateError(serverError("23505", { constraint: "job_key" }));

  test.each([
    { error: duplicate, constraint: undefined, expected: true },
    { error: duplicate, constraint: "job_key", expected: true },
    { error: duplicate, constraint: "other_key", expected: false },
    { error: translateError(serverError("23503")), constraint: undefined, expected: false },
    { error: new Error("23505"), constraint: undefined, expected: false },
  ])("$error, $constraint", ({ error, constraint, expected }) => {
    expect(isUniqueViolation(error, constraint)).toBe(expected);
  });
});

describe("breaksConnection", () => {
  test.each([
    { error: serverError("23505"), expected: false },
    { error: serverError("40001"), expected: false },
    { error: serverError("57P01"), expected: true },
    { error: new Error("Query read timeout"), expected: true },
  ])("$error", ({ error, expected }) => {
    expect(breaksConnection(error)).toBe(expected);
  });
});
