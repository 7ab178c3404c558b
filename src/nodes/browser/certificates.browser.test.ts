import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type BrowserNodeRunner, openBrowserNodeRunner } from "../../../test/support/browser-nodes.ts";
import { downloadFileNode } from "./download-file.ts";
import { goToUrlNode } from "./go-to-url.ts";
import { launchBrowserNode } from "./launch-browser.ts";

/** Makes the certificate; where it is missing, these tests are left out. */
const OPENSSL = "openssl";
const hasOpenssl = spawnSync(OPENSSL, ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("a site whose certificate nobody trusts (needs openssl)", () => {
  let server: Server;
  let url: string;
  let runner: BrowserNodeRunner;

  beforeAll(async () => {
    server = createServer(await selfSigned(), (_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<title>self-signed</title>");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    runner = await openBrowserNodeRunner();
  });
  afterEach(() => runner.reset());
  afterAll(async () => {
    await runner.close();
    server.closeAllConnections();
    server.close();
  });

  const title = async (): Promise<string> => (await runner.session.page()).title();

  test("is not opened, and the message says how it could be", async () => {
    await expect(runner.run(goToUrlNode, { url })).rejects.toThrow(
      /certificate is not trusted; see ignore_https_errors/,
    );
  });

  test("is opened when the node says so", async () => {
    await runner.run(goToUrlNode, { url, ignore_https_errors: true });

    expect(await title()).toBe("self-signed");
  });

  test("is opened when the browser was launched so", async () => {
    await runner.run(launchBrowserNode, { url, ignore_https_errors: true });

    expect(await title()).toBe("self-signed");
  });

  test("is downloaded from when verify_ssl is false", async () => {
    await expect(runner.run(downloadFileNode, { url, filename: "a.html" })).rejects.toMatchObject({
      code: "NODE_DOWNLOAD_FAILED",
    });
    await runner.run(downloadFileNode, { url, filename: "a.html", verify_ssl: false });

    expect(await readFile(join(runner.workDir, "a.html"), "utf8")).toContain("self-signed");
  });
});

/** A key and a certificate made just now, which no browser trusts. */
async function selfSigned(): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), "casare-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"];
  execFileSync(OPENSSL, ["req", "-x509", ...algorithm, ...files], { stdio: "ignore" });
  const pair = { key: await readFile(key), cert: await readFile(cert) };
  await rm(folder, { recursive: true });
  return pair;
}
