import { messageOf } from "../core/errors.ts";
import type { Displaced } from "../queue/index.ts";
import { followCancel } from "./follow-cancel.ts";
import type { Services } from "./services.ts";

/** Tells of jobs that had to make room for newer ones with their concurrency key, as if somebody had cancelled them. */
export class DisplacedJobs {
  readonly #telling = new Set<Promise<void>>();
  #services: Pick<Services, "events" | "log" | "control" | "desk"> | undefined;

  /** From now on jobs are told of; the services need the queue, and the queue needs `hear`. */
  tellWith(services: Pick<Services, "events" | "log" | "control" | "desk">): void {
    this.#services = services;
  }

  readonly hear = (job: Displaced): void => {
    const services = this.#services;
    if (services === undefined) return;
    const telling = followCancel(services, job, job.outcome)
      .catch((error: unknown) => services.log.error({ jobId: job.jobId, problem: messageOf(error) }, "not told"))
      .finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  };

  /** Waits until all are told of. */
  async close(): Promise<void> {
    await Promise.all(this.#telling);
  }
}
