import { KEY_KINDS, PERMISSIONS_OF } from "../../src/auth/index.ts";
import { routes } from "../../src/orchestrator/api/routes.ts";

/** Which kind of key may use which route. */
export function listPermissions(): string {
  const rows = routes.map((route) => {
    const { permission } = route;
    const marks = KEY_KINDS.map((kind) =>
      permission === undefined ? "open" : PERMISSIONS_OF[kind].has(permission) ? "yes" : "",
    );
    return `| ${route.method} | ${route.path} | ${permission ?? "none"} | ${marks.join(" | ")} |`;
  });
  return `# Routes and permissions\n\n| method | path | permission | ${KEY_KINDS.join(" | ")} |\n|---|---|---|${"---|".repeat(KEY_KINDS.length)}\n${rows.join("\n")}\n`;
}
