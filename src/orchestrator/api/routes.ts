import type { Route } from "../define-route.ts";
import { deleteDeadLetter } from "./dead-letters/delete.ts";
import { getDeadLetter } from "./dead-letters/get.ts";
import { listDeadLetters } from "./dead-letters/list.ts";
import { requeueDeadLetter } from "./dead-letters/requeue.ts";
import { streamEvents } from "./events/stream.ts";
import { healthLive } from "./health/live.ts";
import { healthReady } from "./health/ready.ts";
import { healthSummary } from "./health/summary.ts";
import { cancelJob } from "./jobs/cancel.ts";
import { downloadArtifact } from "./jobs/download-artifact.ts";
import { getJob } from "./jobs/get.ts";
import { listJobs } from "./jobs/list.ts";
import { listArtifacts } from "./jobs/list-artifacts.ts";
import { listJobEvents } from "./jobs/list-events.ts";
import { listLogs } from "./jobs/list-logs.ts";
import { retryJob } from "./jobs/retry.ts";
import { submitJob } from "./jobs/submit.ts";
import { uploadArtifact } from "./jobs/upload-artifact.ts";
import { createRobotKey } from "./robot-keys/create.ts";
import { listRobotKeys } from "./robot-keys/list.ts";
import { revokeRobotKey } from "./robot-keys/revoke.ts";
import { rotateRobotKey } from "./robot-keys/rotate.ts";
import { drainRobot } from "./robots/drain.ts";
import { getRobot } from "./robots/get.ts";
import { listRobots } from "./robots/list.ts";
import { pauseRobot } from "./robots/pause.ts";
import { resumeRobot } from "./robots/resume.ts";
import { createWorkflow } from "./workflows/create.ts";
import { deleteWorkflow } from "./workflows/delete.ts";
import { getWorkflow } from "./workflows/get.ts";
import { listWorkflows } from "./workflows/list.ts";
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
  submitJob,
  listJobs,
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
  getDeadLetter,
  requeueDeadLetter,
  deleteDeadLetter,
  streamEvents,
];
