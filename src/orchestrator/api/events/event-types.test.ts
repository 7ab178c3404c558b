import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventStreamQuery, orchestratorMessage, robotMessage } from "../../../contracts/index.ts";

const SOURCES = join(import.meta.dirname, "../../..");
/** What begins like an event type in a text of these areas and is none. */
const OTHERS = /\.(json|log|lock)$/;

function typesIn(area: string): readonly string[] {
  const files = readdirSync(join(SOURCES, area), { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(?!.*\.(?:test|suite)\.ts$).*\.ts$/.test(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(SOURCES, area, file), "utf8");
    const found = text.matchAll(
      /"((?:dead-letter|jobs?|node|outbox|robot|robot-key|run|workflow|work-items?|work-queue)\.[a-z-]+)"/g,
    );
    return [...found].map(([, type = ""]) => type).filter((type) => !OTHERS.test(type));
  });
}

test("every type that orchestrator, engine or robot tell of can be asked for", () => {
  const messages = new Set<string>(
    [...robotMessage.options, ...orchestratorMessage.options].map(({ shape }) => shape.type.value),
  );
  const told = [...new Set(["orchestrator", "agent", "execution"].flatMap(typesIn))];

  const unknown = told.filter((type) => !messages.has(type) && !eventStreamQuery.safeParse({ types: type }).success);

  expect(told.length).toBeGreaterThan(30);
  expect(unknown).toEqual([]);
});
