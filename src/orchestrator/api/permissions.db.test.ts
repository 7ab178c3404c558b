import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY_KINDS, type KeyKind, PERMISSIONS_OF, RobotApiKeyService } from "../../auth/index.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { callApi, type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { routes } from "./routes.ts";

const ID = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
const keys = new Map<KeyKind | "nobody" | "ended", string | undefined>();
beforeAll(async () => {
  bench = await openBench();
  const service = new RobotApiKeyService({ database: bench.database });
  const ended = await service.create(DEFAULT_TENANT, { name: "ended" });
  await service.revoke(DEFAULT_TENANT, ended.key.id);
  keys.set("admin", bench.adminKey).set("robot", bench.robotKey).set("nobody", undefined).set("ended", ended.text);
});
afterAll(() => bench.close());

const PARAMETERS: Readonly<Record<string, string>> = { jobId: "1", sha256: "a".repeat(64) };
const guarded = routes.filter(({ permission, id }) => permission !== undefined && id !== "streamEvents");
const ask = async (route: (typeof routes)[number], kind: KeyKind | "nobody" | "ended") => {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => PARAMETERS[name] ?? ID);
  const { status, body } = await callApi(bench.url, { method: route.method, path, key: keys.get(kind) });
  return { status, code: body.code as string | undefined };
};

describe.each(guarded)("$method $path", (route) => {
  test("asks for a key that counts", async () => {
    expect(await ask(route, "nobody")).toEqual({ status: 401, code: "AUTH_REQUIRED" });
    expect(await ask(route, "ended")).toEqual({ status: 401, code: "AUTH_INVALID" });
  });

  test.each(KEY_KINDS)("lets in or keeps out a key of the kind %s as the table says", async (kind) => {
    const { status } = await ask(route, kind);

    const isAllowed = route.permission !== undefined && PERMISSIONS_OF[kind].has(route.permission);
    // Who is let in gets whatever the empty request deserves.
    expect(status === 403).toBe(!isAllowed);
    expect([401, 500, 503]).not.toContain(status);
  });
});

test("keys are taken from the two headers and from nowhere else", async () => {
  const ways: [string, Record<string, string>, number][] = [
    ["", { authorization: `Bearer ${bench.adminKey}` }, 200],
    ["", { authorization: `bearer ${bench.adminKey}` }, 200],
    ["", { "x-api-key": bench.adminKey }, 200],
    ["", { authorization: `Basic ${bench.adminKey}` }, 401],
    ["", { cookie: `key=${bench.adminKey}` }, 401],
    [`?api_key=${bench.adminKey}`, {}, 401],
    [`?access_token=${bench.adminKey}`, {}, 401],
    ["", { authorization: `Bearer ${bench.adminKey}`, "x-api-key": bench.robotKey }, 401],
  ];
  for (const [query, headers, status] of ways) {
    const answer = await callApi(bench.url, { method: "GET", path: `/api/v1/robots${query}`, headers });
    expect(answer.status).toBe(status);
  }
});
