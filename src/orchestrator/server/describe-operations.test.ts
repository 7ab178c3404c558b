import { describe, expect, test } from "vitest";
import { z } from "zod";
import { definePublicRoute, defineRoute } from "../define-route.ts";
import { describeOperations, requestHeaders } from "./describe-operations.ts";

const answer = async () => ({ body: undefined });
const ok = { status: 200, description: "Fine" } as const;
const list = defineRoute({
  id: "list",
  method: "GET",
  path: "/things/:thingId",
  tag: "t",
  summary: "s",
  permission: "jobs:read",
  success: ok,
  handle: answer,
});

function describeOne(operation: object, route = list, path = "/things/{thingId}") {
  const method = route.method.toLowerCase();
  return describeOperations({ paths: { [path]: { [method]: operation } } }, [route])[path]?.[method];
}

describe("parameters", () => {
  test("of a query that may be left out lose their examples, the others keep them", () => {
    const optional = { in: "query", name: "a", required: false };
    const parameters = [
      { ...optional, example: "x", schema: { type: "string", examples: ["x"], default: "d" } },
      { in: "query", name: "b", required: true, example: "y" },
      { in: "path", name: "thingId", required: true, example: "z" },
    ];

    expect(describeOne({ parameters })).toMatchObject({
      parameters: [{ ...optional, schema: { type: "string", default: "d" } }, parameters[1], parameters[2]],
    });
    expect(JSON.stringify(describeOne({ parameters }))).not.toContain('"x"');
  });

  test("have the headers that the route goes by", () => {
    const route = { ...list, headers: ["Range"] as const };

    expect(describeOne({}, route)).toMatchObject({
      parameters: [{ in: "header", name: "Range", required: false, schema: { type: "string" } }],
    });
  });
});

describe("headers of requests", () => {
  const open = definePublicRoute({ ...list, handle: answer });

  test.each([
    { title: "a route that reads none", route: list, expected: [] },
    { title: "POST", route: { ...list, method: "POST" as const }, expected: ["Idempotency-Key"] },
    { title: "POST without a key", route: { ...open, method: "POST" as const }, expected: [] },
    { title: "an edit", route: { ...list, errors: { 400: ["PRECONDITION_INVALID"] } }, expected: ["If-Match"] },
    { title: "one that names them", route: { ...list, headers: ["Range"] as const }, expected: ["Range"] },
  ])("$title: $expected", ({ route, expected }) => {
    expect(requestHeaders(route)).toEqual(expected);
  });
});

describe("headers of answers", () => {
  test.each([
    { route: list, status: 200, expected: undefined },
    { route: list, status: 404, expected: undefined },
    { route: list, status: 401, expected: ["WWW-Authenticate"] },
    { route: list, status: 503, expected: ["Retry-After"] },
    { route: list, status: 416, expected: ["Content-Range"] },
    { route: { ...list, success: { ...ok, headers: ["ETag"] as const } }, status: 200, expected: ["ETag"] },
    { route: { ...list, success: { ...ok, status: 202 as const } }, status: 202, expected: ["Location"] },
    { route: { ...list, success: { ...ok, also: [206] } }, status: 206, expected: ["Content-Range"] },
    { route: { ...list, method: "POST" as const }, status: 200, expected: ["Idempotency-Replayed"] },
    {
      route: { ...list, errors: { 400: ["PRECONDITION_INVALID"] }, success: { ...ok, body: z.string() } },
      status: 200,
      expected: ["ETag"],
    },
  ])("of status $status are $expected", ({ route, status, expected }) => {
    const described = describeOne({ responses: { [status]: { description: "d" } } }, route) as {
      responses: Record<string, { headers?: object }>;
    };

    const { headers } = described.responses[status] ?? {};
    expect(headers && Object.keys(headers)).toEqual(expected);
  });

  test("a route that compares tags answers with 304, too", () => {
    expect(describeOne({}, { ...list, headers: ["If-None-Match"] })).toMatchObject({
      responses: { 304: { headers: { ETag: { schema: { type: "string" } } } } },
    });
  });
});

test("a raw body is told in each content type that the route takes", () => {
  const route = {
    ...list,
    method: "POST" as const,
    raw: "file" as const,
    accepts: ["application/json", "text/x", "multipart/form-data"],
  };
  const binary = { type: "string", format: "binary" };

  expect(describeOne({}, route)).toMatchObject({
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { type: "object" } },
        "text/x": { schema: binary },
        "multipart/form-data": { schema: { type: "object", required: ["file"], properties: { file: binary } } },
      },
    },
  });
});

test("what is no route stays as it is", () => {
  const paths = { "/other": { get: { parameters: [{ in: "query", name: "a", example: 1 }] } } };

  expect(describeOperations({ paths }, [list])).toEqual(paths);
});
