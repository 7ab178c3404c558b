/** Outgoing HTTP: deadline, size limit, redirects, retries, circuit breaker. Start at README.md. */
export type { CircuitRules } from "./circuit.ts";
export type { HttpClientOptions } from "./create-http-client.ts";
export { createHttpClient } from "./create-http-client.ts";
export { httpErrors } from "./errors.ts";
export type { HttpClient, HttpRequest, HttpResponse } from "./http-client.ts";
export type { UnifiedHttpClientOptions } from "./unified-http-client.ts";
export { getUnifiedHttpClient, UnifiedHttpClient } from "./unified-http-client.ts";
