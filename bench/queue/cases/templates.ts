import type { Children } from "../child-process.ts";
import type { Server } from "../server.ts";
import type { SystemName } from "../systems/index.ts";

/** Databases that hold the empty tables of each system, to be copied. */
export interface Templates {
  of(system: SystemName): Promise<string>;
}

export function createTemplates(server: Server, children: Children): Templates {
  const made = new Map<SystemName, Promise<string>>();

  async function make(system: SystemName): Promise<string> {
    const url = await server.createDatabase();
    const child = await children.start("prepare", {});
    await child.request("prepare", { system, url });
    await child.end();
    return url;
  }

  return {
    of(system) {
      const known = made.get(system) ?? make(system);
      made.set(system, known);
      return known;
    },
  };
}
