import type { HealthDto } from "../../../contracts/index.ts";
import type { Services } from "../../services.ts";

export async function describeHealth({ readiness, version, clock }: Services): Promise<HealthDto> {
  const { database, migrations } = await readiness();
  return {
    status: database === "up" && migrations === "done" ? "ok" : "unavailable",
    version,
    uptimeSeconds: Math.floor(process.uptime()),
    database,
    migrations,
    at: clock.now().toISOString(),
  };
}
