import { expect, test } from "vitest";
import { routes } from "../api/routes.ts";
import { allowedMethods } from "./allowed-methods.ts";

test.each([
  { path: "/api/v1/jobs", expected: ["GET", "HEAD", "POST"] },
  { path: "/api/v1/workflows/x", expected: ["DELETE", "GET", "HEAD", "PUT"] },
  { path: "/api/v1/workflows/upload", expected: ["DELETE", "GET", "HEAD", "POST", "PUT"] },
  { path: "/api/v1/events", expected: ["GET"] },
  { path: "/api/v1/workflows/", expected: [] },
  { path: "/api/v1/jobs/1/cancel", expected: ["POST"] },
  { path: "/nowhere", expected: [] },
])("$path takes $expected", ({ path, expected }) => {
  expect(allowedMethods(routes, path)).toEqual(expected);
});
