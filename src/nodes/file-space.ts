/** Where a job's file paths lead. */
export interface FileSpace {
  /** Absolute path of the working directory; relative paths start here, and everything written here becomes an artifact. */
  readonly workDir: string;
  /**
   * The absolute path of what a workflow wrote as `path`, after links are followed.
   * Throws NODE_PATH_REFUSED for places no workflow may touch (keys, system credentials, this product's own data), NUL bytes, device names.
   */
  resolve(path: string): string;
}
