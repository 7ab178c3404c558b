/** Serves the site until it is closed. `port` 0 (the default) takes a free one; `url` ends with a slash. Rejects when the port is taken. */
export function startSite(options?: {
  readonly port?: number;
  readonly host?: string;
}): Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
