import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import type { TenantId } from "../core/ids.ts";
import { createArtifactRepository } from "./artifact-repository.ts";
import type { ArtifactRepository } from "./repositories.ts";

const ours = 1 as TenantId;
const theirs = 2 as TenantId;
const sha256 = "a".repeat(64);

let opened: TestDatabase;
let artifacts: ArtifactRepository;

beforeAll(async () => {
  opened = await openTestDatabase();
  artifacts = createArtifactRepository(opened.database);
});
afterAll(() => opened.close());

const file = (jobId: string, name: string, sizeBytes = 10) => ({
  tenantId: ours,
  jobId,
  attempt: 1,
  name,
  contentType: "text/plain",
  sizeBytes,
  sha256,
});

test("the same name in the same attempt replaces the entry", async () => {
  const first = await artifacts.add(file("1", "out.txt"));
  const second = await artifacts.add({ ...file("1", "out.txt", 6_000_000_000), sha256: "b".repeat(64) });
  await artifacts.add({ ...file("1", "out.txt"), attempt: 2 });

  expect(second.id).toBe(first.id);
  expect(await artifacts.list(ours, "1")).toMatchObject([
    { attempt: 1, sizeBytes: 6_000_000_000, sha256: "b".repeat(64) },
    { attempt: 2, sizeBytes: 10 },
  ]);
});

test("an artifact is found by its id under its own job only", async () => {
  const { id } = await artifacts.add(file("2", "out.txt"));

  expect(await artifacts.get(ours, "2", id)).toMatchObject({ id, jobId: "2", name: "out.txt" });
  expect(await artifacts.get(ours, "3", id)).toBeUndefined();
  expect(await artifacts.get(ours, "2", "no-uuid")).toBeUndefined();
  expect(await artifacts.get(ours, "no-job", id)).toBeUndefined();
  expect(await artifacts.list(ours, "99999999999999999999")).toEqual([]);
});

test("a tenant sees nothing of another one's artifacts", async () => {
  const { id } = await artifacts.add(file("4", "out.txt"));

  expect(await artifacts.list(theirs, "4")).toEqual([]);
  expect(await artifacts.get(theirs, "4", id)).toBeUndefined();
});
