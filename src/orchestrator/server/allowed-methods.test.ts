import { expect, test } from "vitest";
import { routes } from "../api/routes.ts";
import { allowedMethods } from "./allowed-methods.ts";

test.each([
  { path: "/api/v1/jobs", expected: ["GET", "POST"] },
  { path: "/api/v1/workflows/x", expected: ["DELETE", "GET", "PUT"] },
  { path: "/api/v1/workflows/upload", expected: ["DELETE", "GET", "POST", "PUT"] },
  { path: "/api/v1/workflows/", expected: [] },
  { path: "/api/v1/jobs/1/cancel", expected: ["POST"] },
  { path: "/nowhere", expected: [] },
])("$path takes $expected", ({ path, expected }) => {
  expect(allowedMethods(routes, path)).toEqual(expected);
});
