/** Job queue: leases, retries, dead letters, in PostgreSQL or in memory. Start at README.md. */

export type { BulkCancelOptions, BulkCancelOutcome, CancelledJob } from "./cancel-jobs.ts";
export { cancelJobs } from "./cancel-jobs.ts";
export type { QueueConfig } from "./config.ts";
export { checkQueueConfig, queueConfig } from "./config.ts";
export { JobFailedError } from "./consume/handler-failure.ts";
export type { HandlerContext, JobHandler } from "./consume/held-job.ts";
export type { ReaperOptions } from "./consume/start-reaper.ts";
export { startReaper } from "./consume/start-reaper.ts";
export { categoryOf } from "./dead-letter-category.ts";
export { queueErrors } from "./errors.ts";
export type { BucketCount, Histogram } from "./histogram.ts";
export { BOUNDS_MS, toHistogram } from "./histogram.ts";
export type {
  Attempt,
  AttemptOutcome,
  ClaimedJob,
  ConcurrencyRule,
  DeadLetter,
  DeadLetterCategory,
  EnqueueOutcome,
  EnqueueRequest,
  ErrorClass,
  Job,
  JobFailure,
  JobState,
  Lease,
  RetryPolicy,
} from "./job.ts";
export { DEFAULT_RETRY, PRIORITY } from "./job.ts";
export type { PgQueuerConsumerOptions, StopOptions } from "./library/consumer.ts";
export { PgQueuerConsumer } from "./library/consumer.ts";
export type { DLQManagerOptions, RequeuedDeadLetter } from "./library/dead-letter-queue.ts";
export { DLQManager } from "./library/dead-letter-queue.ts";
export type { PgQueuerProducerOptions } from "./library/producer.ts";
export { PgQueuerProducer } from "./library/producer.ts";
export type { QueueSource } from "./library/queue-source.ts";
export type { MemoryQueueOptions } from "./memory-queue.ts";
export { createMemoryQueue, MemoryQueue } from "./memory-queue.ts";
export type { PostgresQueueOptions } from "./postgres-queue.ts";
export { createPostgresQueue } from "./postgres-queue.ts";
export type {
  CancelOutcome,
  ClaimRequest,
  DeadLetterFilter,
  Displaced,
  FailOutcome,
  JobFilter,
  JobQueue,
  Page,
  PageRequest,
  Pause,
  QueueStats,
  ReapOptions,
  ReapReport,
  Renewal,
  RenewalReply,
  RepeatOptions,
  RetryOutcome,
  SessionRequest,
  SettleOutcome,
} from "./queue.ts";
export type {
  AlarmLimits,
  HorizonHolder,
  QueueAlarm,
  QueueAlarmCode,
  QueueReadings,
  TableReading,
} from "./queue-alarms.ts";
export { queueAlarms } from "./queue-alarms.ts";
export type {
  BulkLetterOptions,
  BulkLetterOutcome,
  BulkRequeueOptions,
  DeadLetterSelection,
  DeleteOutcome,
  RequeueOutcome,
} from "./requeue-dead-letters.ts";
export { deleteDeadLetters, requeueDeadLetters } from "./requeue-dead-letters.ts";
export type { AttemptFacts, Stopping, Verdict } from "./retry.ts";
export { decideAfterFailure, decideAfterLoss, decideAfterRelease } from "./retry.ts";
export { QUEUE_SESSION_SETTINGS } from "./session-settings.ts";
export type {
  EndedOutcome,
  EndedState,
  PriorityDepth,
  QueueDepth,
  QueueStatistics,
  RouteDepth,
  StatisticsWindow,
} from "./statistics.ts";
export type { TidyOptions, TidyReport } from "./tidy.ts";
