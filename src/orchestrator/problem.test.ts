import { describe, expect, test } from "vitest";
import { AppError, defineErrors } from "../core/errors.ts";
import { orchestratorErrors } from "./errors.ts";
import { describeError } from "./problem.ts";

const errors = defineErrors({
  X_GONE: { status: 404, message: (d: { id: string }) => `X ${d.id} is gone` },
  X_DOWN: { status: 503, retryable: true, message: () => "host db-7.internal is down" },
  X_FULL: { status: 507, message: () => "no space on /var/lib/secret" },
  X_BROKEN: { status: 500, message: () => "row 7 of table t" },
});

describe("describeError", () => {
  test("tells an error of the caller in full", () => {
    expect(describeError(errors.X_GONE({ id: "7" }), "r1")).toEqual({
      headers: {},
      problem: {
        type: "about:blank",
        title: "Not Found",
        status: 404,
        detail: "X 7 is gone",
        code: "X_GONE",
        requestId: "r1",
        retryable: false,
        details: { id: "7" },
      },
    });
  });

  test("lists the parts of a problem", () => {
    const item = { path: "body.a", message: "is missing", code: "required" };

    const { problem } = describeError(orchestratorErrors.REQUEST_INVALID({ errors: [item] }), "r1");

    expect(problem).toMatchObject({
      status: 422,
      errors: [item],
      detail: expect.stringContaining("body.a is missing"),
    });
    expect(problem.details).toBeUndefined();
  });

  test.each([
    { thrown: errors.X_DOWN({}), status: 503, code: "X_DOWN", headers: { "retry-after": "5" } },
    { thrown: errors.X_FULL({}), status: 507, code: "X_FULL", headers: {} },
    { thrown: errors.X_BROKEN({}), status: 500, code: "INTERNAL", headers: {} },
    { thrown: new Error("password=hunter2"), status: 500, code: "INTERNAL", headers: {} },
    { thrown: "text", status: 500, code: "INTERNAL", headers: {} },
  ])("tells of $code no more than the code", ({ thrown, status, code, headers }) => {
    const answer = describeError(thrown, "r1");

    expect(answer).toMatchObject({ headers, problem: { status, code } });
    expect(JSON.stringify(answer)).not.toMatch(/internal|secret|hunter2|row 7/);
    expect(answer.problem.details).toBeUndefined();
  });

  test.each([
    {
      thrown: orchestratorErrors.METHOD_NOT_ALLOWED({ method: "PUT", path: "/x", allowed: ["GET", "POST"] }),
      headers: { allow: "GET, POST" },
    },
    { thrown: orchestratorErrors.RANGE_NOT_SATISFIABLE({ sizeBytes: 7 }), headers: { "content-range": "bytes */7" } },
    {
      thrown: orchestratorErrors.WEBSOCKET_EXPECTED({ path: "/ws/robot" }),
      headers: { connection: "upgrade", upgrade: "websocket" },
    },
  ])("sends the headers that belong to $thrown.code", ({ thrown, headers }) => {
    expect(describeError(thrown, "r1").headers).toEqual(headers);
  });

  test("asks for a key where one is missing", () => {
    const unauthorized = new AppError("AUTH_REQUIRED", { status: 401, message: () => "key" }, {});

    expect(describeError(unauthorized, "r1").headers).toEqual({ "www-authenticate": 'Bearer realm="casare"' });
  });
});
