import type { AnyNode } from "../../execution/index.ts";
import { browserAlertHandleNode } from "./alert-handle.ts";
import { browserEvaluateNode } from "./browser-evaluate.ts";
import { browserRunScriptNode } from "./browser-run-script.ts";
import { checkboxNode } from "./checkbox.ts";
import { clickElementNode } from "./click-element.ts";
import { closeBrowserNode } from "./close-browser.ts";
import { cookieManagementNode } from "./cookie-management.ts";
import { downloadFileNode } from "./download-file.ts";
import { extractTextNode } from "./extract-text.ts";
import { formFieldNode } from "./form-field.ts";
import { formFillerNode } from "./form-filler.ts";
import { getAllImagesNode } from "./get-all-images.ts";
import { getAttributeNode } from "./get-attribute.ts";
import { getCurrentUrlNode } from "./get-current-url.ts";
import { getPageSourceNode } from "./get-page-source.ts";
import { goBackNode } from "./go-back.ts";
import { goForwardNode } from "./go-forward.ts";
import { goToUrlNode } from "./go-to-url.ts";
import { hoverElementNode } from "./hover-element.ts";
import { launchBrowserNode } from "./launch-browser.ts";
import { newTabNode } from "./new-tab.ts";
import { pressKeyNode } from "./press-key.ts";
import { refreshPageNode } from "./refresh-page.ts";
import { screenshotNode } from "./screenshot.ts";
import { selectDropdownNode } from "./select-dropdown.ts";
import { submitFormNode } from "./submit-form-node.ts";
import { tableScraperNode } from "./table-scraper.ts";
import { typeTextNode } from "./type-text.ts";
import { waitForElementNode } from "./wait-for-element.ts";
import { waitForNavigationNode } from "./wait-for-navigation.ts";

/** Nodes that work on web pages, in the job's own browser context. */
export const browserNodes: readonly AnyNode[] = [
  launchBrowserNode,
  closeBrowserNode,
  newTabNode,
  goToUrlNode,
  goBackNode,
  goForwardNode,
  refreshPageNode,
  clickElementNode,
  typeTextNode,
  selectDropdownNode,
  pressKeyNode,
  checkboxNode,
  hoverElementNode,
  submitFormNode,
  extractTextNode,
  getAttributeNode,
  screenshotNode,
  tableScraperNode,
  browserEvaluateNode,
  browserRunScriptNode,
  browserAlertHandleNode,
  cookieManagementNode,
  getAllImagesNode,
  downloadFileNode,
  formFieldNode,
  formFillerNode,
  waitForElementNode,
  waitForNavigationNode,
  getCurrentUrlNode,
  getPageSourceNode,
];
