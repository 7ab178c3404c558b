import { Client } from "pg";

/** A connection whose end, when the server is stopped, fails its queries and nothing else. */
export async function openClient(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
