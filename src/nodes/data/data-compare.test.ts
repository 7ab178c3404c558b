import { describe, expect, test } from "vitest";
import { runNode } from "../testing.ts";
import { dataCompareNode } from "./data-compare.ts";

const old = [
  { id: 1, name: "Ada", city: "London" },
  { id: 2, name: "Alan", city: "Wilmslow" },
  { id: 3, name: "Grace", city: "New York" },
];
const fresh = [
  { id: 2, name: "alan", city: "Wilmslow" },
  { id: 1, name: "Ada", city: "Paris" },
  { id: 4, name: "Edsger", city: "Nuenen" },
];

describe("DataCompareNode", () => {
  test("matches rows by their key and names the columns that differ", async () => {
    const { outputs } = await runNode(dataCompareNode, { data_a: old, data_b: fresh, key_columns: " id , " });

    expect(outputs).toMatchObject({
      only_in_a: [old[2]],
      only_in_b: [fresh[2]],
      matched: [
        { key: { id: 1 }, row_a: old[0], row_b: fresh[1], is_modified: true, different_columns: ["city"] },
        { key: { id: 2 }, is_modified: true, different_columns: ["name"] },
      ],
      diff_summary: { added_count: 1, removed_count: 1, modified_count: 2, matched_count: 2, total_a: 3, total_b: 3 },
      has_differences: true,
    });
  });

  test("can overlook capitals, and the other columns", async () => {
    const tables = { data_a: [old[1] ?? {}], data_b: [fresh[0] ?? {}], key_columns: "id" };

    expect((await runNode(dataCompareNode, tables)).outputs["has_differences"]).toBe(true);
    expect((await runNode(dataCompareNode, { ...tables, case_sensitive: false })).outputs["has_differences"]).toBe(
      false,
    );
    expect((await runNode(dataCompareNode, { ...tables, compare_all_columns: false })).outputs["has_differences"]).toBe(
      false,
    );
  });

  test("without key columns rows are matched by position", async () => {
    const { outputs } = await runNode(dataCompareNode, { data_a: [{ a: 1 }, { a: 2 }], data_b: [{ a: 1 }] });

    expect(outputs).toMatchObject({ only_in_a: [{ a: 2 }], matched: [{ key: { index: 0 }, is_modified: false }] });
  });

  test("rows of the same key are matched one to one", async () => {
    const twice = [
      { id: 1, n: 1 },
      { id: 1, n: 2 },
    ];
    const { outputs } = await runNode(dataCompareNode, {
      data_a: twice,
      data_b: [...twice, { id: 1, n: 3 }],
      key_columns: "id",
    });

    expect(outputs).toMatchObject({ only_in_a: [], only_in_b: [{ id: 1, n: 3 }], diff_summary: { modified_count: 0 } });
  });

  test("refuses rows that are no dicts", async () => {
    const run = runNode(dataCompareNode, { data_a: [{}, 7], data_b: [] });

    await expect(run).rejects.toMatchObject({ code: "NODE_VALUE_INVALID", message: /data_a.*item 1/ });
  });
});
