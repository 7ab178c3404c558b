/**
 * Names of node types in old files → the type they mean.
 *
 * The three names Desktop…Node for clicking, typing and waiting are left out on purpose: they acted on windows of the
 * desktop, and a node for web pages under their name would do something else than the file says.
 */
export const typeAliases: Readonly<Record<string, string>> = {
  BrowserLaunchNode: "LaunchBrowserNode",
  BrowserNavigateNode: "GoToURLNode",
  BrowserWaitNode: "WaitNode",
  BrowserGetTextNode: "ExtractTextNode",
  BrowserScreenshotNode: "ScreenshotNode",
  BrowserCloseNode: "CloseBrowserNode",
  OCRNode: "OCRExtractTextNode",
  DriveRemovePermissionNode: "DriveRemoveShareNode",
  HTTPSuperNode: "HttpSuperNode",
  ParseJSONNode: "JsonParseNode",
  EvaluateExpressionNode: "EvalExpressionNode",
  NavigateNode: "GoToURLNode",
  SelectOptionNode: "SelectDropdownNode",
  PressEnterNode: "PressKeyNode",
  TryCatchNode: "TryNode",
  WhileLoopNode: "WhileLoopStartNode",
};
