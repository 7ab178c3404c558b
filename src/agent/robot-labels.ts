/**
 * What a robot offers to jobs: the capabilities of nodes it has, its platform, and what its owner says.
 *
 * @param options.hasCommands false: workflows may run no program here, so jobs that do go to other robots.
 * @param options.hasBrowser false: no browser was found, so jobs that need one go to other robots.
 */
export function robotLabels(options: {
  readonly hasBrowser: boolean;
  readonly hasCommands: boolean;
  readonly platform: NodeJS.Platform;
  readonly configured: readonly string[];
}): readonly string[] {
  const own = [
    ...(options.hasBrowser ? ["browser"] : []),
    ...(options.hasCommands ? ["commands"] : []),
    "http",
    "files",
    "handles",
    "workItems",
  ];
  const platform =
    { linux: "linux", darwin: "macos", win32: "windows" }[options.platform as string] ?? options.platform;
  return [...new Set([...own, platform, ...options.configured.map((label) => label.trim())])];
}
