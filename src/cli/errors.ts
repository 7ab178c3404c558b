import { defineErrors } from "../core/errors.ts";

/** Codes of this area. */
export const cliErrors = defineErrors({
  CLI_USAGE: {
    status: 400,
    message: (d: { problem: string }) => d.problem,
  },
  CLI_FILE_NOT_FOUND: {
    status: 404,
    message: (d: { path: string }) =>
      `There is no file ${d.path}; check the path, relative paths start in the working directory`,
  },
  CLI_FILE_UNREADABLE: {
    status: 422,
    message: (d: { path: string; problem: string }) => `${d.path} cannot be read: ${d.problem}`,
  },
  CLI_VARIABLE_SENSITIVE: {
    status: 400,
    message: (d: { variable: string }) =>
      `Variable ${d.variable} is declared sensitive, and arguments are visible to every user of this machine; give it with --vars-file, or with --var-file ${d.variable}=PATH`,
  },
  CLI_API_KEY_MISSING: {
    status: 401,
    message: (d: { credentialsFile: string; url: string; otherUrl?: string }) =>
      d.otherUrl !== undefined
        ? `The key in ${d.credentialsFile} belongs to ${d.otherUrl}, not to ${d.url}; set CASARE_API_KEY or CASARE_API_KEY_FILE to a key of that orchestrator`
        : `No API key was found; set CASARE_API_KEY or CASARE_API_KEY_FILE, or run on the machine where "casare start" wrote ${d.credentialsFile}`,
  },
  CLI_CREDENTIALS_UNREADABLE: {
    status: 500,
    message: (d: { path: string; problem: string }) =>
      `${d.path} cannot be used: ${d.problem}; move the file away and create new keys with "casare key create"`,
  },
  CLI_PORT_IN_USE: {
    status: 409,
    message: (d: { host: string; port: number; holder: string }) =>
      `Port ${d.port} on ${d.host} is in use by ${d.holder}; stop it, or choose another port with CASARE_PORT`,
  },
  CLI_HOME_IN_USE: {
    status: 409,
    message: (d: { home: string; pid: number }) =>
      `The home folder ${d.home} is in use by process ${d.pid}; stop that one, or choose another folder with CASARE_HOME`,
  },
  CLI_HOME_NOT_WRITABLE: {
    status: 500,
    message: (d: { home: string; problem: string }) =>
      `The home folder ${d.home} cannot be written (${d.problem}); change its permissions, or choose another folder with CASARE_HOME`,
  },
  CLI_DISK_FULL: {
    status: 507,
    message: (d: { path: string; freeBytes: number; neededBytes: number }) =>
      `The disk of ${d.path} has ${toMebibytes(d.freeBytes)} MiB free, at least ${toMebibytes(d.neededBytes)} MiB are needed; free space, or choose another folder with CASARE_HOME`,
  },
  CLI_WORK_ITEMS_MISSING: {
    status: 422,
    message: () =>
      "The workflow uses work queues, and this run has none; name a file that holds them with --work-items",
  },
  CLI_WORK_ITEMS_IN_USE: {
    status: 409,
    message: (d: { path: string; pid: number; lock: string }) =>
      `${d.path} is in use by process ${d.pid}; wait for it, or delete ${d.lock} if no run is at work on it`,
  },
  CLI_ROBOT_NOT_FOUND: {
    status: 404,
    message: (d: { name: string }) => `There is no robot named ${d.name}; "casare robot list" shows all of them`,
  },
  CLI_WORKFLOW_NOT_FOUND: {
    status: 404,
    message: (d: { name: string }) => `There is no workflow named ${d.name}; "casare workflow list" shows all of them`,
  },
  CLI_TIMED_OUT: {
    status: 504,
    message: (d: { what: string; timeoutS: number }) => `${d.what} did not end within ${d.timeoutS} s`,
  },
});

function toMebibytes(bytes: number): number {
  return Math.floor(bytes / 1_048_576);
}
