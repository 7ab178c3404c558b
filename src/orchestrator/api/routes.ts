import type { Route } from "../define-route.ts";
import { deleteDeadLetter } from "./dead-letters/delete.ts";
import { deleteDeadLetters } from "./dead-letters/delete-many.ts";
import { getDeadLetter } from "./dead-letters/get.ts";
import { listDeadLetters } from "./dead-letters/list.ts";
import { requeueDeadLetter } from "./dead-letters/requeue.ts";
import { requeueDeadLetters } from "./dead-letters/requeue-many.ts";
import { streamEvents } from "./events/stream.ts";
import { healthLive } from "./health/live.ts";
import { healthReady } from "./health/ready.ts";
import { healthSummary } from "./health/summary.ts";
import { cancelJob } from "./jobs/cancel.ts";
import { cancelJobs } from "./jobs/cancel-many.ts";
import { downloadArtifact } from "./jobs/download-artifact.ts";
import { getJob } from "./jobs/get.ts";
import { listJobs } from "./jobs/list.ts";
import { listArtifacts } from "./jobs/list-artifacts.ts";
import { listJobEvents } from "./jobs/list-events.ts";
import { listLogs } from "./jobs/list-logs.ts";
import { listPauses } from "./jobs/list-pauses.ts";
import { pauseAllJobs } from "./jobs/pause-all.ts";
import { resumeAllJobs } from "./jobs/resume-all.ts";
import { retryJob } from "./jobs/retry.ts";
import { submitJob } from "./jobs/submit.ts";
import { uploadArtifact } from "./jobs/upload-artifact.ts";
import { getQueueStatistics } from "./queue/statistics.ts";
import { createRobotKey } from "./robot-keys/create.ts";
import { listRobotKeys } from "./robot-keys/list.ts";
import { revokeRobotKey } from "./robot-keys/revoke.ts";
import { rotateRobotKey } from "./robot-keys/rotate.ts";
import { drainRobot } from "./robots/drain.ts";
import { getRobot } from "./robots/get.ts";
import { listRobots } from "./robots/list.ts";
import { pauseRobot } from "./robots/pause.ts";
import { resumeRobot } from "./robots/resume.ts";
import { addWorkItem } from "./work-queues/add-item.ts";
import { addWorkItems } from "./work-queues/add-items.ts";
import { createWorkQueue } from "./work-queues/create.ts";
import { deleteWorkQueue } from "./work-queues/delete.ts";
import { deleteWorkItemFile } from "./work-queues/delete-file.ts";
import { deleteWorkItem } from "./work-queues/delete-item.ts";
import { downloadWorkItemFile } from "./work-queues/download-file.ts";
import { getWorkQueue } from "./work-queues/get.ts";
import { getWorkItem } from "./work-queues/get-item.ts";
import { listWorkQueues } from "./work-queues/list.ts";
import { listWorkItemFiles } from "./work-queues/list-files.ts";
import { listWorkItems } from "./work-queues/list-items.ts";
import { postponeWorkItem } from "./work-queues/postpone-item.ts";
import { retryWorkItem } from "./work-queues/retry-item.ts";
import { reviewWorkItem } from "./work-queues/review-item.ts";
import { getWorkQueueStats } from "./work-queues/stats.ts";
import { updateWorkQueue } from "./work-queues/update.ts";
import { updateWorkItem } from "./work-queues/update-item.ts";
import { uploadWorkItemFile } from "./work-queues/upload-file.ts";
import { createWorkflow } from "./workflows/create.ts";
import { deleteWorkflow } from "./workflows/delete.ts";
import { getWorkflow } from "./workflows/get.ts";
import { listWorkflows } from "./workflows/list.ts";
import { pauseWorkflow } from "./workflows/pause.ts";
import { removeWorkflowConcurrency } from "./workflows/remove-concurrency.ts";
import { resumeWorkflow } from "./workflows/resume.ts";
import { setWorkflowConcurrency } from "./workflows/set-concurrency.ts";
import { updateWorkflow } from "./workflows/update.ts";
import { uploadWorkflow } from "./workflows/upload.ts";
import { validateWorkflow } from "./workflows/validate.ts";

/** Every route of the REST API, in the order in which the API description lists them. */
export const routes: readonly Route[] = [
  healthSummary,
  healthLive,
  healthReady,
  createWorkflow,
  uploadWorkflow,
  validateWorkflow,
  listWorkflows,
  getWorkflow,
  updateWorkflow,
  deleteWorkflow,
  setWorkflowConcurrency,
  removeWorkflowConcurrency,
  pauseWorkflow,
  resumeWorkflow,
  submitJob,
  listJobs,
  cancelJobs,
  listPauses,
  pauseAllJobs,
  resumeAllJobs,
  getJob,
  cancelJob,
  retryJob,
  listLogs,
  listJobEvents,
  listArtifacts,
  downloadArtifact,
  uploadArtifact,
  listRobots,
  getRobot,
  drainRobot,
  pauseRobot,
  resumeRobot,
  createRobotKey,
  listRobotKeys,
  rotateRobotKey,
  revokeRobotKey,
  listDeadLetters,
  requeueDeadLetters,
  deleteDeadLetters,
  getDeadLetter,
  requeueDeadLetter,
  deleteDeadLetter,
  getQueueStatistics,
  createWorkQueue,
  listWorkQueues,
  getWorkQueue,
  updateWorkQueue,
  deleteWorkQueue,
  getWorkQueueStats,
  addWorkItem,
  addWorkItems,
  listWorkItems,
  getWorkItem,
  updateWorkItem,
  postponeWorkItem,
  retryWorkItem,
  reviewWorkItem,
  deleteWorkItem,
  uploadWorkItemFile,
  listWorkItemFiles,
  downloadWorkItemFile,
  deleteWorkItemFile,
  streamEvents,
];
