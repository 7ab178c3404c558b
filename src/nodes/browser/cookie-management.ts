import type { Cookie, Page } from "playwright-core";
import { z } from "zod";
import { choice, decimal, flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { onPage } from "./act.ts";
import { type CookieToSet, readCookies } from "./cookies.ts";
import { pageOutput } from "./page-node.ts";
import { page } from "./parameters.ts";

const TIMEOUT_MS = 30_000;

const config = z.object({
  page,
  cookies_input: textOr("").describe("Cookies to import, as export gives them"),
  operation: withDefault(choice(["get", "set", "delete", "delete_all", "export", "import"]), "get"),
  cookie_name: textOr("").describe("Name of the cookie; get without it gives all"),
  cookie_value: textOr(""),
  cookies_json: textOr("").describe("Cookies to import, when cookies_input is not connected"),
  domain: textOr("").describe("Domain of the cookie; without it that of the page"),
  path: textOr("/"),
  expires: withDefault(decimal({ min: 0 }), 0).describe("Seconds since 1970; 0 ends with the browser"),
  secure: withDefault(flag(), false),
  http_only: withDefault(flag(), false),
  same_site: withDefault(choice(["None", "Lax", "Strict"]), "None").describe(
    "None holds for secure cookies only; others then get the browser's default",
  ),
});

type CookieConfig = z.output<typeof config>;

export const cookieManagementNode = defineNode({
  type: "CookieManagementNode",
  category: "browser",
  summary: "Reads, sets, deletes, exports and imports the cookies of the job's browser",
  needs: ["browser"],
  effect: "idempotent",
  config,
  inputs: { page: "PAGE", cookies_input: "STRING" },
  outputs: { page: "PAGE", cookies: "STRING", cookie: "DICT", success: "BOOLEAN", count: "INTEGER" },
  async run(node) {
    const what = { action: "Managing cookies", timeoutMs: TIMEOUT_MS };
    const found = await onPage(node, what, (open) => PERFORM[node.config.operation](node.config, open));
    const [first] = found;
    return {
      outputs: {
        page: pageOutput(node),
        cookies: JSON.stringify(found),
        cookie: node.config.cookie_name === "" || first === undefined ? {} : { ...first },
        success: found.length > 0 || node.config.operation !== "get",
        count: found.length,
      },
    };
  },
});

type Perform = (settings: CookieConfig, open: Page) => Promise<readonly (Cookie | CookieToSet)[]>;

/** Each gives back the cookies that it read, set or deleted. */
const PERFORM: Readonly<Record<CookieConfig["operation"], Perform>> = {
  get: matching,
  export: matching,
  async set(settings, open) {
    const cookie = cookieToSet(settings, open.url());
    await open.context().addCookies([cookie]);
    return [cookie];
  },
  async import(settings, open) {
    const cookies = readCookies(settings.cookies_input === "" ? settings.cookies_json : settings.cookies_input);
    await open.context().addCookies(cookies);
    return cookies;
  },
  async delete(settings, open) {
    const { cookie_name: name, domain } = settings;
    if (name === "") {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "cookie_name", reason: "must name the cookie to delete" });
    }
    const cookies = await matching(settings, open);
    await open.context().clearCookies({ name, ...(domain !== "" && { domain }) });
    return cookies;
  },
  async delete_all(_settings, open) {
    const cookies = await open.context().cookies();
    await open.context().clearCookies();
    return cookies;
  },
};

async function matching({ cookie_name: name, domain }: CookieConfig, open: Page): Promise<Cookie[]> {
  const cookies = await open.context().cookies();
  return cookies.filter(
    (cookie) =>
      (name === "" || cookie.name === name) &&
      (domain === "" || cookie.domain.replace(/^\./, "") === domain.replace(/^\./, "")),
  );
}

function cookieToSet(settings: CookieConfig, pageUrl: string): CookieToSet {
  if (settings.cookie_name === "") {
    throw nodeErrors.NODE_VALUE_INVALID({ parameter: "cookie_name", reason: "must name the cookie to set" });
  }
  if (settings.domain === "" && !/^https?:/.test(pageUrl)) {
    throw nodeErrors.NODE_VALUE_INVALID({
      parameter: "domain",
      reason: "must be given before a page of the web is open",
    });
  }
  return {
    name: settings.cookie_name,
    value: settings.cookie_value,
    domain: settings.domain === "" ? new URL(pageUrl).hostname : settings.domain,
    path: settings.path,
    httpOnly: settings.http_only,
    secure: settings.secure,
    ...(settings.expires > 0 && { expires: settings.expires }),
    ...((settings.same_site !== "None" || settings.secure) && { sameSite: settings.same_site }),
  };
}
