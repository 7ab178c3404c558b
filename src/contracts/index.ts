/** Schemas of all that crosses a process border: robot messages, REST bodies. Needs only zod; shared with the dashboard. */

export type { ArtifactDto } from "./api/artifact.ts";
export {
  artifactDto,
  artifactList,
  artifactParams,
  artifactUploadParams,
  artifactUploadQuery,
} from "./api/artifact.ts";
export type { WorkflowConcurrencyInput } from "./api/concurrency.ts";
export { onLimit, workflowConcurrencyInput } from "./api/concurrency.ts";
export type {
  DeadLetterDto,
  DeadLettersDeleteInput,
  DeadLettersDeleteReportDto,
  DeadLettersRequeueInput,
  DeadLettersRequeueReportDto,
} from "./api/dead-letter.ts";
export {
  deadLetterDto,
  deadLetterList,
  deadLetterListQuery,
  deadLettersDeleteInput,
  deadLettersDeleteReport,
  deadLettersRequeueInput,
  deadLettersRequeueReport,
} from "./api/dead-letter.ts";
export type { EventDto } from "./api/event.ts";
export { eventDto, eventStreamQuery } from "./api/event.ts";
export type { HealthDto } from "./api/health.ts";
export { healthDto, liveness } from "./api/health.ts";
export type {
  JobAttemptDto,
  JobDto,
  JobInput,
  JobSummaryDto,
  JobsCancelInput,
  JobsCancelReportDto,
  LogLevelDto,
  LogLineDto,
} from "./api/job.ts";
export {
  jobCancelInput,
  jobDto,
  jobEventList,
  jobEventListQuery,
  jobInput,
  jobList,
  jobListQuery,
  jobParams,
  jobState,
  jobSummary,
  jobsCancelInput,
  jobsCancelReport,
  logLevel,
  logLine,
  logList,
  logListQuery,
} from "./api/job.ts";
export type { Json } from "./api/json.ts";
export type { MonitoringMessage, MonitoringRequest } from "./api/monitoring-messages.ts";
export { monitoringMessage, monitoringRequest } from "./api/monitoring-messages.ts";
export type { PauseDto, ResumeReportDto } from "./api/pause.ts";
export { pauseDto, pauseInput, pauseList, resumeReport } from "./api/pause.ts";
export type { Problem, ProblemItem } from "./api/problem.ts";
export { problem } from "./api/problem.ts";
export type { QueueStatisticsDto } from "./api/queue-statistics.ts";
export { queueStatistics, queueStatisticsQuery } from "./api/queue-statistics.ts";
export type { RobotDto } from "./api/robot.ts";
export { robotDto, robotList, robotListQuery, robotParams } from "./api/robot.ts";
export type { IssuedRobotKeyDto, RobotKeyDto, RobotKeyInput } from "./api/robot-key.ts";
export {
  issuedRobotKey,
  robotKeyDto,
  robotKeyInput,
  robotKeyList,
  robotKeyListQuery,
  robotKeyParams,
  robotKeyRotation,
} from "./api/robot-key.ts";
export type {
  WorkItemChangeInput,
  WorkItemDto,
  WorkItemFileDto,
  WorkItemInput,
  WorkItemReviewInput,
  WorkItemSummaryDto,
  WorkItemsInput,
  WorkItemsReportDto,
} from "./api/work-item.ts";
export {
  workItemChange,
  workItemDto,
  workItemFile,
  workItemFileList,
  workItemFileParams,
  workItemInput,
  workItemList,
  workItemListQuery,
  workItemParams,
  workItemPostponement,
  workItemRetryInput,
  workItemReviewInput,
  workItemState,
  workItemSummary,
  workItemsInput,
  workItemsReport,
  workItemUploadParams,
  workItemUploadQuery,
} from "./api/work-item.ts";
export type { WorkQueueDto, WorkQueueInput, WorkQueueStatsDto } from "./api/work-queue.ts";
export {
  workQueueDto,
  workQueueInput,
  workQueueList,
  workQueueListQuery,
  workQueueParams,
  workQueueStats,
  workQueueStatsQuery,
} from "./api/work-queue.ts";
export type {
  StoredWorkflowDto,
  WorkflowDto,
  WorkflowInput,
  WorkflowIssueDto,
  WorkflowSummaryDto,
  WorkflowValidationDto,
} from "./api/workflow.ts";
export {
  storedWorkflow,
  workflowDto,
  workflowGetQuery,
  workflowInput,
  workflowIssue,
  workflowList,
  workflowListQuery,
  workflowParams,
  workflowSummary,
  workflowUploadQuery,
  workflowValidation,
  workflowValidationInput,
} from "./api/workflow.ts";
export type { OpenedMessage } from "./envelope.ts";
export { CLOSE_CODE, envelope, openMessage, PROTOCOL_VERSION } from "./envelope.ts";
export type { OrchestratorMessage, Outgoing, PayloadOf, RobotIntent, RobotMessage } from "./robot-messages.ts";
export {
  errorClass,
  jobEvent,
  jobFailure,
  orchestratorMessage,
  retryPolicy,
  robotIntent,
  robotMessage,
} from "./robot-messages.ts";
