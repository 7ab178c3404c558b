/** API keys, who presents them and what they may do. Start at README.md. */
export type { IssuedKey, RobotApiKey } from "./api-key.ts";
export type { AuthHeaders } from "./authenticate.ts";
export { authenticate, demand, presentedKey } from "./authenticate.ts";
export { ensureAdminKey } from "./ensure-admin-key.ts";
export { authErrors } from "./errors.ts";
export type { KeyKind, Permission, Principal } from "./principal.ts";
export { KEY_KINDS, PERMISSIONS, PERMISSIONS_OF } from "./principal.ts";
export { RobotApiKeyService } from "./robot-api-key-service.ts";
