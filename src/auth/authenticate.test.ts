import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { authenticate, demand, presentedKey } from "./authenticate.ts";
import { KEY_KINDS, PERMISSIONS, PERMISSIONS_OF, type Principal } from "./principal.ts";

const principal: Principal = {
  tenantId: DEFAULT_TENANT,
  kind: "robot",
  keyId: "k",
  keyName: "k",
  permissions: PERMISSIONS_OF.robot,
};

describe("presentedKey", () => {
  test.each([
    { headers: { authorization: "Bearer abc" }, expected: "abc" },
    { headers: { authorization: "bearer   abc " }, expected: "abc" },
    { headers: { "x-api-key": "abc" }, expected: "abc" },
    { headers: { authorization: "Bearer abc", "x-api-key": "abc" }, expected: "abc" },
    { headers: { authorization: "Bearer abc", "x-api-key": "other" }, expected: undefined },
    { headers: { authorization: "Basic abc" }, expected: undefined },
    { headers: { authorization: "Bearer a b" }, expected: undefined },
    { headers: { authorization: "Bearer" }, expected: undefined },
    { headers: { "x-api-key": ["a", "b"] }, expected: undefined },
    { headers: { "x-api-key": "" }, expected: undefined },
    { headers: {}, expected: undefined },
  ])("of $headers is $expected", ({ headers, expected }) => {
    expect(presentedKey(headers)).toBe(expected);
  });
});

describe("authenticate", () => {
  test("names the principal of a key that counts", async () => {
    expect(await authenticate({ "x-api-key": "abc" }, async () => principal)).toBe(principal);
  });

  test("tells a missing key from one that does not count, and repeats neither", async () => {
    await expect(authenticate({}, async () => principal)).rejects.toMatchObject({ code: "AUTH_REQUIRED", status: 401 });
    const refused = authenticate({ "x-api-key": "crpa_secret" }, async () => undefined);
    await expect(refused).rejects.toMatchObject({ code: "AUTH_INVALID", status: 401 });
    await expect(refused).rejects.not.toThrow("crpa_secret");
  });
});

describe("demand", () => {
  test("lets through who may, and names the permission to who may not", () => {
    expect(() => demand(principal, "artifacts:write")).not.toThrow();
    expect(() => demand(principal, "jobs:read")).toThrow(
      expect.objectContaining({ code: "AUTH_FORBIDDEN", details: { kind: "robot", permission: "jobs:read" } }),
    );
  });

  test("a robot's key opens the robot's connection and its uploads, an admin's everything", () => {
    const granted = Object.fromEntries(KEY_KINDS.map((kind) => [kind, [...PERMISSIONS_OF[kind]]]));

    expect(granted).toEqual({ admin: [...PERMISSIONS], robot: ["robots:connect", "artifacts:write"] });
  });
});
