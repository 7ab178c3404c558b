/** Progress as it is stored: in [0, 1], undefined for none or not a number. A heartbeat must not fail for this. */
export function clampProgress(progress: number | undefined): number | undefined {
  return progress === undefined || Number.isNaN(progress) ? undefined : Math.min(1, Math.max(0, progress));
}
