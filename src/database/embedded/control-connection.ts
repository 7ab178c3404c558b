import { realpath } from "node:fs/promises";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { pause } from "../../core/deadline.ts";
import { ADMIN_ROLE, APPLICATION_ROLE, type Credentials } from "./init-cluster.ts";

/** Any number will do, as long as every release uses the same one. */
const OWNER_LOCK_KEY = 7_261_954_104;
const LOCK_TRIES = 20;
const LOCK_POLL_MS = 100;
const CONNECT_MS = 5_000;

/** The connection of the process that runs the server: who holds its lock is the owner, and its end is noticed at once. */
export interface Control {
  readonly client: Client;
  /** Settles when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** What a server answered to the attempt to connect. */
export type Greeting =
  | { readonly kind: "ready"; readonly control: Control }
  | { readonly kind: "busy" }
  | { readonly kind: "silent" }
  | { readonly kind: "stranger"; readonly reason: string };

/** Tries to connect once, and makes sure that it is the server of this data folder which answers. */
export async function greet(port: number, dataDir: string, credentials: Credentials): Promise<Greeting> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: ADMIN_ROLE,
    password: credentials.adminPassword,
    database: "postgres",
    application_name: "casare supervisor",
    connectionTimeoutMillis: CONNECT_MS,
    ssl: false,
  });
  client.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    client.once("end", resolve);
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    const theirs = await realpath(rows[0]?.dir ?? "").catch(() => rows[0]?.dir);
    if (theirs === (await realpath(dataDir))) return { kind: "ready", control: { client, ended } };
    await client.end();
    return { kind: "stranger", reason: "another data folder's server answers on its port" };
  } catch (error) {
    void client.end().catch(() => undefined);
    return classify(error);
  }
}

function classify(error: unknown): Greeting {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Starting, stopping or out of connections: it answers, so it is not wedged.
  if (code === "57P03" || code === "53300") return { kind: "busy" };
  if (code === "28P01" || code === "28000") {
    return { kind: "stranger", reason: "the server does not accept the password of its credentials file" };
  }
  return { kind: "silent" };
}

/** Becomes the one process that supervises the server. @returns false when another one does. */
export async function takeOwnership(control: Control, signal: AbortSignal): Promise<boolean> {
  // A predecessor that was killed a moment ago still holds the lock until the server has noticed.
  for (let attempt = 0; attempt < LOCK_TRIES; attempt++) {
    const { rows } = await control.client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [
      OWNER_LOCK_KEY,
    ]);
    if (rows[0]?.taken) return true;
    if (!(await pause(LOCK_POLL_MS, signal))) return false;
  }
  return false;
}

/** Makes the product's role and database, unless they are there. */
export async function ensureDatabase(control: Control, credentials: Credentials): Promise<void> {
  const { rows } = await control.client.query<{ has_role: boolean; has_database: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as has_role,
            exists (select from pg_database where datname = $1) as has_database`,
    [APPLICATION_ROLE],
  );
  const name = escapeIdentifier(APPLICATION_ROLE);
  if (!rows[0]?.has_role) {
    await control.client.query(`create role ${name} login password ${escapeLiteral(credentials.password)}`);
  }
  if (!rows[0]?.has_database) await control.client.query(`create database ${name} owner ${name}`);
}
