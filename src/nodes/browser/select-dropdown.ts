import type { Locator } from "playwright-core";
import { z } from "zod";
import { choice, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { onElement } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { pageOutput, shownUrl } from "./page-node.ts";
import {
  anchorConfig,
  failureScreenshot,
  force,
  noWaitAfter,
  OWN_LIMIT,
  page,
  retries,
  selector,
  strict,
  timeout,
} from "./parameters.ts";
import { kindOfFailure } from "./playwright-error.ts";

export const selectDropdownNode = defineNode({
  type: "SelectDropdownNode",
  category: "browser",
  summary: "Chooses an option of a select element",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    value: textOr("").describe("Value, label or index of the option, as select_by says"),
    timeout: timeout(),
    force,
    no_wait_after: noWaitAfter,
    strict,
    select_by: withDefault(choice(["value", "label", "index"]), "value").describe("Indexes count from 0"),
    ...retries(),
    ...failureScreenshot,
    anchor_config: anchorConfig,
  }),
  inputs: { page: "PAGE", selector: "STRING", value: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const option = optionOf(config.select_by, config.value);
      const request = {
        selector: config.selector,
        action: "Selecting",
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      await onElement(node, request, async (element, limits, open) => {
        try {
          await element.selectOption(option, { ...limits, force: config.force });
        } catch (error) {
          const offered = kindOfFailure(error) === "timed-out" ? await offeredBy(element) : undefined;
          if (offered === undefined || includes(offered, option)) throw error;
          throw browserNodeErrors.NODE_OPTION_NOT_FOUND({
            selector: config.selector,
            selectBy: config.select_by,
            offered: offered.slice(0, MOST_SHOWN).map((each) => each.label),
            url: shownUrl(open.url()),
          });
        }
      });
      return { outputs: { page: pageOutput(node) } };
    }),
});

const MOST_SHOWN = 20;

type Wanted = { readonly value: string } | { readonly label: string } | { readonly index: number };

interface Offered {
  readonly value: string;
  readonly label: string;
}

function optionOf(selectBy: "value" | "label" | "index", value: string): Wanted {
  if (selectBy === "value") return { value };
  if (selectBy === "label") return { label: value };
  if (!/^\d+$/.test(value.trim())) {
    throw nodeErrors.NODE_VALUE_INVALID({
      parameter: "value",
      reason: "must be a whole number from 0 on, as select_by is index",
    });
  }
  return { index: Number(value) };
}

function includes(offered: readonly Offered[], wanted: Wanted): boolean {
  if ("index" in wanted) return wanted.index < offered.length;
  if ("value" in wanted) return offered.some((option) => option.value === wanted.value);
  return offered.some((option) => option.label === wanted.label.trim());
}

interface SelectElement {
  readonly options?: Iterable<{ readonly value: string; readonly label: string }>;
}

/** The options of a select element; undefined when it is not there or is none. */
async function offeredBy(element: Locator): Promise<readonly Offered[] | undefined> {
  if ((await element.count()) === 0) return undefined;
  return element.evaluate((found: SelectElement) =>
    found.options === undefined
      ? undefined
      : Array.from(found.options, (option) => ({ value: option.value, label: option.label.trim() })),
  );
}
