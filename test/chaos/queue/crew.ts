/** The processes of a run: each place is filled again when its process was killed, until the run lets them go. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { pause } from "../../../src/core/deadline.ts";

/** How a process came to its end. */
export interface CrewExit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface CrewMember {
  readonly place: number;
  readonly name: string;
  /** True from the moment it said that it is at work. */
  readonly isReady: boolean;
  /** True while it is stopped by SIGSTOP. */
  readonly isPaused: boolean;
  /** True from the moment it was told to go home. */
  readonly isLeaving: boolean;
  readonly ended: Promise<CrewExit>;
  send(message: object): void;
  kill(): void;
  pause(): void;
  resume(): void;
  /** Asks it to end by itself. @returns undefined when it had to be killed after `withinMs`. */
  dismiss(withinMs: number): Promise<CrewExit | undefined>;
}

export interface CrewOptions {
  /** File of JavaScript. */
  readonly program: string;
  /** What a process is told at its start. `life` counts the processes of a place from 1. */
  orders(place: number, life: number): { readonly name: string; readonly argument: string };
  readonly size: number;
  /** Where the standard error of all goes. */
  readonly logFile: string;
  /** Told of ends that nobody brought about: a process of a crew never fails by itself. */
  readonly onCrash: (name: string, exit: CrewExit) => void;
  /** True when a process that ended with code 0 has done all its work and its place stays empty. */
  readonly endsWhenDone: boolean;
}

export interface Crew {
  /** Those that live, by place. */
  members(): readonly CrewMember[];
  /** Resolves when every place is empty for good; only for crews that end when they are done. */
  readonly done: Promise<void>;
  /** From now on nobody is replaced. */
  close(): void;
  /** Kills all that are left, and waits for their ends. */
  killAll(): Promise<void>;
}

const REPLACE_AFTER_MS = 100;

export function startCrew(options: CrewOptions): Crew {
  const places = new Map<number, CrewMember>();
  const closing = new AbortController();
  const all: Promise<void>[] = [];

  async function fillPlace(place: number): Promise<void> {
    for (let life = 1; !closing.signal.aborted; life++) {
      const member = startMember(place, options, life);
      places.set(place, member);
      const exit = await member.ended;
      places.delete(place);
      const isDone = exit.code === 0;
      if (!isDone && exit.signal !== "SIGKILL" && !member.isLeaving) options.onCrash(member.name, exit);
      if (isDone && options.endsWhenDone) return;
      if (!(await pause(REPLACE_AFTER_MS, closing.signal))) return;
    }
  }

  for (let place = 0; place < options.size; place++) all.push(fillPlace(place));
  return {
    members: () => [...places.values()].toSorted((a, b) => a.place - b.place),
    done: Promise.all(all).then(() => undefined),
    close: () => closing.abort(),
    async killAll() {
      closing.abort();
      for (const member of places.values()) member.kill();
      await Promise.all(all);
    },
  };
}

function startMember(place: number, options: CrewOptions, life: number): CrewMember {
  const { name, argument } = options.orders(place, life);
  const log = openSync(options.logFile, "a");
  const child = fork(options.program, [argument], { execArgv: [], stdio: ["ignore", log, log, "ipc"] });
  closeSync(log);
  const ended = endOf(child);
  let isReady = false;
  let isPaused = false;
  let isLeaving = false;
  child.once("message", () => {
    isReady = true;
  });
  return {
    place,
    name,
    get isReady() {
      return isReady;
    },
    get isPaused() {
      return isPaused;
    },
    get isLeaving() {
      return isLeaving;
    },
    ended,
    send(message) {
      // It may have ended a moment ago.
      child.send(message, () => undefined);
    },
    kill: () => void child.kill("SIGKILL"),
    pause() {
      isPaused = child.kill("SIGSTOP");
    },
    resume() {
      isPaused = false;
      child.kill("SIGCONT");
    },
    async dismiss(withinMs) {
      isLeaving = true;
      child.kill("SIGTERM");
      const timer = new AbortController();
      const inTime = await Promise.race([ended, pause(withinMs, timer.signal).then(() => undefined)]);
      timer.abort();
      if (inTime !== undefined) return inTime;
      child.kill("SIGKILL");
      await ended;
      return undefined;
    },
  };
}

async function endOf(child: ChildProcess): Promise<CrewExit> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return { code: code ?? undefined, signal: signal ?? undefined };
}
