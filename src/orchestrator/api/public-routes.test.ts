import { expect, test } from "vitest";
import { PERMISSIONS } from "../../auth/index.ts";
import { DESCRIPTION_PATHS } from "../server/api-description.ts";
import { errorCodes } from "../server/route-schema.ts";
import { routes } from "./routes.ts";

test("only these may be asked by anybody", () => {
  const open = routes
    .filter(({ permission }) => permission === undefined)
    .map(({ method, path }) => `${method} ${path}`);

  expect(open).toEqual(["GET /health", "GET /health/live", "GET /health/ready"]);
  expect(Object.values(DESCRIPTION_PATHS)).toEqual(["/openapi.json", "/docs"]);
});

test("every other route lies under /api/v1 and asks for a permission that exists", () => {
  for (const { path, permission } of routes.filter((route) => route.permission !== undefined)) {
    expect(path).toMatch(/^\/api\/v1\//);
    expect(PERMISSIONS).toContain(permission);
  }
});

test("every permission opens something", () => {
  const used = new Set(routes.map(({ permission }) => permission));

  // The robots' WebSocket is no route of the REST API.
  expect(PERMISSIONS.filter((permission) => !used.has(permission))).toEqual(["robots:connect"]);
});

test("operation ids are unique and name what they do", () => {
  const ids = routes.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
});

test("every route names the errors it may answer with, each code under one status", () => {
  const statusOf = new Map<string, number>();
  for (const route of routes) {
    for (const [status, codes] of errorCodes(route)) {
      for (const code of codes) {
        expect([code, statusOf.get(code) ?? status]).toEqual([code, status]);
        statusOf.set(code, status);
      }
    }
  }
});
