import type { Dialog, Page } from "playwright-core";
import { z } from "zod";
import { raceAbort } from "../../core/deadline.ts";
import { choice, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { type CallLimits, onElement, onPage } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { pageOutput, shownUrl } from "./page-node.ts";
import { OWN_LIMIT, page, timeout } from "./parameters.ts";
import { kindOfFailure } from "./playwright-error.ts";

export const browserAlertHandleNode = defineNode({
  type: "BrowserAlertHandleNode",
  category: "browser",
  summary: "Answers the dialog (alert, confirm, prompt) that a click opens, or that the page opens by itself",
  needs: ["browser"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    trigger_selector: textOr("").describe("Clicked to open the dialog; without it one is waited for"),
    action: withDefault(choice(["accept", "dismiss"]), "accept"),
    prompt_text: textOr("").describe("Answer to a prompt"),
    timeout: timeout(),
  }),
  inputs: { trigger_selector: "STRING", page: "PAGE" },
  outputs: { page: "PAGE", message: "STRING", dialog_type: "STRING", action_taken: "STRING", success: "BOOLEAN" },
  async run(node) {
    const { config } = node;
    const what = { action: "Waiting for a dialog", timeoutMs: config.timeout };
    const answer = (dialog: Dialog): Promise<void> =>
      config.action === "dismiss" ? dialog.dismiss() : dialog.accept(config.prompt_text);
    const dialog =
      config.trigger_selector.trim() === ""
        ? await onPage(node, what, (open, limits) => nextDialog(open, limits, answer))
        : await onElement(node, { ...what, selector: config.trigger_selector }, async (element, limits, open) => {
            const [answered] = await Promise.all([nextDialog(open, limits, answer), element.click(limits)]);
            return answered;
          });
    return {
      outputs: {
        page: pageOutput(node),
        message: dialog.message(),
        dialog_type: dialog.type(),
        action_taken: config.action,
        success: true,
      },
    };
  },
});

/** Waits for a dialog and answers it; the click that opened it goes on only then. */
async function nextDialog(open: Page, limits: CallLimits, answer: (dialog: Dialog) => Promise<void>): Promise<Dialog> {
  try {
    const dialog = await open.waitForEvent("dialog", limits);
    await raceAbort(answer(dialog), limits.signal, "Answering the dialog");
    return dialog;
  } catch (error) {
    if (kindOfFailure(error) !== "timed-out") throw error;
    throw browserNodeErrors.NODE_DIALOG_MISSING({ url: shownUrl(open.url()), timeoutMs: limits.timeout });
  }
}
