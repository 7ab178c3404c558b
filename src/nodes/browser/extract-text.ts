import { z } from "zod";
import { flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { anchorConfig, failureScreenshot, OWN_LIMIT, page, retries, selector, strict, timeout } from "./parameters.ts";

interface ReadableElement {
  readonly value?: unknown;
  readonly textContent: string | null;
  readonly tagName: string;
}

export const extractTextNode = defineNode({
  type: "ExtractTextNode",
  category: "browser",
  summary: "Reads the text of an element; of a field, what is typed in it",
  needs: ["browser", "files"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    variable_name: textOr("extracted_text").describe("Variable that gets the text too; empty for none"),
    timeout: timeout(),
    use_inner_text: withDefault(flag(), false).describe("The text as it is rendered, not as it stands in the document"),
    strict,
    trim_whitespace: withDefault(flag(), true).describe("Without blanks at both ends"),
    ...retries(),
    ...failureScreenshot,
    anchor_config: anchorConfig,
  }),
  inputs: { page: "PAGE", selector: "STRING" },
  outputs: { text: "STRING" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = {
        selector: config.selector,
        action: "Reading text",
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      const read = await onElement(node, request, (element, limits) =>
        config.use_inner_text
          ? element.innerText(limits)
          : element.evaluate(
              (found: ReadableElement) =>
                /^(input|textarea|select)$/i.test(found.tagName) ? String(found.value) : (found.textContent ?? ""),
              undefined,
              limits,
            ),
      );
      const text = config.trim_whitespace ? read.trim() : read;
      if (config.variable_name.trim() !== "") node.variables.set(config.variable_name.trim(), text);
      return { outputs: { text } };
    }),
});
