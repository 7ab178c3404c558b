import { describe, expect, test } from "vitest";
import { translateFetchError } from "./translate-error.ts";

const context = { target: "GET http://a", timeoutMs: 100, signal: new AbortController().signal };
const fetchFailed = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("inner"), { code }) });

describe("translateFetchError", () => {
  test.each([
    { cause: "ENOTFOUND", code: "HTTP_DNS_FAILED" },
    { cause: "EAI_AGAIN", code: "HTTP_DNS_FAILED" },
    { cause: "ECONNREFUSED", code: "HTTP_REFUSED" },
    { cause: "ECONNRESET", code: "HTTP_CONNECTION_LOST" },
    { cause: "UND_ERR_SOCKET", code: "HTTP_CONNECTION_LOST" },
    { cause: "UND_ERR_CONNECT_TIMEOUT", code: "HTTP_UNREACHABLE" },
    { cause: "EHOSTUNREACH", code: "HTTP_UNREACHABLE" },
    { cause: "UND_ERR_HEADERS_TIMEOUT", code: "HTTP_TIMED_OUT" },
    { cause: "CERT_HAS_EXPIRED", code: "HTTP_TLS_FAILED" },
    { cause: "DEPTH_ZERO_SELF_SIGNED_CERT", code: "HTTP_TLS_FAILED" },
    { cause: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", code: "HTTP_TLS_FAILED" },
    { cause: "HPE_INVALID_CONSTANT", code: "HTTP_RESPONSE_INVALID" },
    { cause: "Z_DATA_ERROR", code: "HTTP_RESPONSE_INVALID" },
    { cause: "UND_ERR_INVALID_ARG", code: "HTTP_REQUEST_INVALID" },
  ])("$cause is $code", ({ cause, code }) => {
    expect(translateFetchError(fetchFailed(cause), context).code).toBe(code);
  });

  test("a host with two addresses that both refuse is refused", () => {
    const both = new AggregateError([Object.assign(new Error("::1"), { code: "ECONNREFUSED" })], "");

    expect(translateFetchError(new TypeError("fetch failed", { cause: both }), context).code).toBe("HTTP_REFUSED");
  });
});
