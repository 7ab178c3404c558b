import type { Children } from "../child-process.ts";
import type { Server } from "../server.ts";
import type { Templates } from "./templates.ts";

/** What the cases work with. */
export interface Bench {
  readonly server: Server;
  readonly children: Children;
  readonly templates: Templates;
  readonly isQuick: boolean;
  /** False: only ours and the statements can run. */
  readonly withPeers: boolean;
  /**
   * Runs a part of a round, unless a quick run has no time for it any more; undefined then.
   *
   * @param name the same for the same part of another round: what that took is expected again.
   */
  step<T>(name: string, expectedMs: number, work: () => Promise<T>): Promise<T | undefined>;
  /** One line about what is going on, to stderr. */
  note(line: string): void;
  /** A verification that did not hold; the run goes on and fails at the end. */
  broken(line: string): void;
}

/** Cases are measured in rounds that take turns, so that a busy minute of the machine does not hit one of them alone. */
export interface Case {
  /** Rounds that are wanted; a quick run makes as many as there is time for. */
  readonly rounds: number;
  /** Measures once. @param number from 1. */
  round(number: number): Promise<void>;
  /** Prints the tables and adds the figures to the line of JSON. */
  report(figures: Figures): void;
}

/** The line of JSON. */
export type Figures = Record<string, unknown>;
