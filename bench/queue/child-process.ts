/** Processes of the benchmark, each with a role, that answer requests over Node's IPC channel. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { env as environment } from "node:process";
import { OPTIONS } from "./serve.ts";

export interface Child {
  readonly pid: number;
  request<Answer>(method: string, argument?: unknown): Promise<Answer>;
  /** Listens to what the child tells on its own. */
  onEvent(listener: (event: unknown) => void): void;
  /** Ends it at once; whatever had to be finished is over. */
  end(): Promise<void>;
}

export interface Children {
  start(role: string, options: unknown): Promise<Child>;
  /** Ends all at once; none can be started afterwards. */
  endAll(): Promise<void>;
}

interface Message {
  readonly ready?: true;
  readonly event?: unknown;
  readonly id?: number;
  readonly result?: unknown;
  readonly problem?: string;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param node the command that runs a TypeScript file. */
export function createChildren(node: readonly [string, ...string[]]): Children {
  const alive = new Set<ChildProcess>();
  let isOver = false;
  return {
    async start(role, options) {
      if (isOver) throw new Error("no process starts any more");
      return startChild(node, { role, options }, alive);
    },
    async endAll() {
      isOver = true;
      await Promise.all([...alive].map((process) => endProcess(process)));
    },
  };
}

async function startChild(
  [command, ...flags]: readonly [string, ...string[]],
  { role, options }: { readonly role: string; readonly options: unknown },
  alive: Set<ChildProcess>,
): Promise<Child> {
  const file = new URL(`./roles/${role}.ts`, import.meta.url).pathname;
  const process = spawn(command, [...flags, file], {
    // URLs hold passwords, and arguments are shown to everybody.
    env: { ...environment, [OPTIONS]: JSON.stringify(options) },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  alive.add(process);
  const waiting = new Map<number, Waiting>();
  const listeners: ((event: unknown) => void)[] = [];
  let lastId = 0;
  let isWanted = true;
  const ready = new Promise<void>((resolve, reject) => {
    process.on("error", reject);
    process.once("exit", (code, signal) => {
      alive.delete(process);
      const error = new Error(`the process ${role} ended (${code ?? signal})`);
      reject(error);
      if (isWanted) for (const call of waiting.values()) call.reject(error);
    });
    process.on("message", (message: Message) => {
      if (message.ready) resolve();
      else if (message.id === undefined) for (const listener of listeners) listener(message.event);
      else settle(waiting, message.id, message);
    });
  });
  try {
    await ready;
  } catch (error) {
    process.kill("SIGKILL");
    throw error;
  }
  return {
    pid: process.pid ?? 0,
    request: <Answer>(method: string, argument?: unknown) =>
      new Promise<Answer>((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        process.send({ id, method, argument }, (error) => error && reject(error));
      }),
    onEvent: (listener) => void listeners.push(listener),
    async end() {
      isWanted = false;
      await endProcess(process);
    },
  };
}

function settle(waiting: Map<number, Waiting>, id: number, message: Message): void {
  const call = waiting.get(id);
  waiting.delete(id);
  if (message.problem === undefined) call?.resolve(message.result);
  else call?.reject(new Error(message.problem));
}

async function endProcess(process: ChildProcess): Promise<void> {
  if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, "exit");
  process.kill("SIGKILL");
  await ended;
}
