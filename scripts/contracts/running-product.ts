import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSchema, openDatabase, startEmbeddedPostgres } from "../../src/database/index.ts";
import { orchestratorConfig, startOrchestrator } from "../../src/orchestrator/index.ts";
import { queueConfig } from "../../src/queue/index.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What only a running product can tell: the schema its migrations make, and the API it describes. */
export async function describeRunningProduct(): Promise<{ readonly schema: string; readonly openapi: string }> {
  const home = await mkdtemp(join(tmpdir(), "casare-contracts-"));
  // As root the server runs as another user, who must get there.
  await chmod(home, 0o755);
  const postgres = await startEmbeddedPostgres({ home, log: silent });
  const database = openDatabase({ url: postgres.url });
  try {
    const settings = {
      ...orchestratorConfig.parse({}),
      ...queueConfig.parse({}),
      PORT: 0,
      HOME: home,
    };
    const orchestrator = await startOrchestrator({ settings, database, log: silent, version: "0.0.0" });
    const answer = await fetch(`${orchestrator.url}/openapi.json`);
    const openapi = `${JSON.stringify(await answer.json(), undefined, 2)}\n`;
    const schema = await describeSchema(database);
    await orchestrator.close();
    return { schema, openapi };
  } finally {
    await database.close();
    await postgres.close();
    await rm(home, { recursive: true, force: true });
  }
}
