import { createPostgresQueue, openDatabase, QUEUE_SESSION_SETTINGS } from "./product.ts";

export type OpenedQueue = Awaited<ReturnType<typeof openQueue>>;

/** A queue on a migrated database. @param name shown in pg_stat_activity. */
export async function openQueue(url: string, name: string) {
  const database = openDatabase({ url, applicationName: name, sessionSettings: QUEUE_SESSION_SETTINGS });
  const queue = createPostgresQueue({ database });
  return {
    queue,
    async close() {
      await queue.close();
      await database.close();
    },
  };
}
