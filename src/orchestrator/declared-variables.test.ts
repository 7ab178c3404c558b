import { expect, test } from "vitest";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import { checkByShape } from "./check-by-shape.suite.ts";
import { createDeclaredVariables } from "./declared-variables.ts";

const at = new Date("2026-01-01T00:00:00Z");

test("each version is read once, tenants are kept apart and absence is not remembered", async () => {
  const asked: string[] = [];
  const declaredBy = createDeclaredVariables(
    {
      async getVersion(tenantId, id, version) {
        asked.push(`${tenantId}/${id}/${version}`);
        if (id === "missing") return undefined;
        const document = { nodes: {}, sensitive: [`secret ${tenantId}`] };
        return {
          id,
          tenantId,
          name: id,
          description: "",
          version,
          document,
          requires: [],
          createdAt: at,
          updatedAt: at,
        };
      },
    },
    checkByShape,
  );

  expect(await declaredBy(DEFAULT_TENANT, "a", 1)).toMatchObject([{ name: "secret 1", sensitive: true }]);
  expect(await declaredBy(DEFAULT_TENANT, "a", 1)).toMatchObject([{ name: "secret 1", sensitive: true }]);
  expect(await declaredBy(2 as TenantId, "a", 1)).toMatchObject([{ name: "secret 2" }]);
  expect(await declaredBy(DEFAULT_TENANT, "missing", 1)).toBeUndefined();
  expect(await declaredBy(DEFAULT_TENANT, "missing", 1)).toBeUndefined();
  expect(asked).toEqual(["1/a/1", "2/a/1", "1/missing/1", "1/missing/1"]);
});
