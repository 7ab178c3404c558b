import { defineErrors } from "../core/errors.ts";

/**
 * What nodes fail with. Messages name the parameter, path or position and what to do; values that came from data are
 * left out, because they may be secret.
 */
export const nodeErrors = defineErrors({
  NODE_VALUE_INVALID: {
    status: 422,
    message: (d: { parameter: string; reason: string }) => `${d.parameter} ${d.reason}`,
  },
  NODE_VARIABLE_UNKNOWN: {
    status: 422,
    message: (d: { variable: string }) =>
      `Variable ${d.variable} was never set; set it before this node, or give default_value`,
  },
  NODE_CONVERSION_FAILED: {
    status: 422,
    message: (d: { what: string; from: string; to: string }) =>
      `${d.what}: ${d.from} cannot become ${d.to}; correct the value, or choose another type`,
  },
  NODE_NOT_COMPARABLE: {
    status: 422,
    message: (d: { what: string; left: string; right: string }) =>
      `${d.what}: ${d.left} and ${d.right} have no order; compare numbers with numbers or text with text`,
  },
  NODE_DIVISION_BY_ZERO: {
    status: 422,
    message: (d: { operation: string }) => `${d.operation}: b is 0; test b before this node`,
  },
  NODE_NUMBER_INVALID: {
    status: 422,
    message: (d: { operation: string; reason: string }) => `${d.operation}: ${d.reason}`,
  },
  NODE_INDEX_OUT_OF_RANGE: {
    status: 422,
    message: (d: { index: number; length: number }) =>
      `Index ${d.index} lies outside a list of ${d.length}; valid are ${-d.length} to ${d.length - 1}`,
  },
  NODE_LIST_EMPTY: {
    status: 422,
    message: (d: { what: string }) => `${d.what} is empty; test its length before this node`,
  },
  NODE_PATTERN_INVALID: {
    status: 422,
    message: (d: { reason: string }) =>
      `The pattern is not a regular expression of RE2: ${d.reason}; look-around and back-references are not supported`,
  },
  NODE_PLACEHOLDER_MISSING: {
    status: 422,
    message: (d: { name: string }) => `The template names {${d.name}}, but variables has no ${d.name}`,
  },
  NODE_FORMAT_INVALID: {
    status: 422,
    message: (d: { what: string; reason: string }) => `${d.what}: ${d.reason}`,
  },
  NODE_JSON_INVALID: {
    status: 422,
    message: (d: { what: string; position?: number | undefined }) =>
      `${d.what} is not JSON${d.position === undefined ? "" : `; the first error is at character ${d.position}`}`,
  },
  NODE_DATE_INVALID: {
    status: 422,
    message: (d: { parameter: string; reason: string }) => `${d.parameter} is no date: ${d.reason}`,
  },
  NODE_TIME_ZONE_UNKNOWN: {
    status: 422,
    message: (d: { timeZone: string }) =>
      `Time zone ${d.timeZone} is unknown; use a name of the IANA list, like Europe/Berlin`,
  },
  NODE_HANDLE_UNKNOWN: {
    status: 409,
    message: (d: { kind: string }) =>
      `This is no open ${d.kind} of this run; open one with a node before, in the same run, and do not close it too early`,
  },
  NODE_COMMAND_NOT_ALLOWED: {
    status: 403,
    message: (d: { program: string }) =>
      `Program ${d.program} may not be run here; the robot's owner allows programs by name or path in CASARE_ROBOT_COMMANDS`,
  },
  NODE_COMMAND_NOT_FOUND: {
    status: 404,
    message: (d: { program: string }) =>
      `Program ${d.program} is not installed on this robot; give a name that its PATH knows, or an absolute path`,
  },
  NODE_COMMAND_FAILED: {
    status: 500,
    message: (d: { program: string; reason: string }) => `Program ${d.program} could not be started: ${d.reason}`,
  },
  NODE_COMMAND_OUTPUT_TOO_LARGE: {
    status: 413,
    message: (d: { program: string; limitBytes: number }) =>
      `Program ${d.program} wrote more than ${d.limitBytes} bytes and was ended; let it write to a file`,
  },
  NODE_WORK_ITEM_NOT_HELD: {
    status: 409,
    message: (d: { itemId?: string | undefined }) =>
      `This run holds no work item${d.itemId === undefined ? "" : ` ${d.itemId}`}: take one with GetNextQueueItemNode before, and end it once`,
  },
  NODE_WORK_ITEM_LOST: {
    status: 409,
    message: (d: { itemId: string }) =>
      `Work item ${d.itemId} is not this run's any more: its job lost its lease, and the item was given to others`,
  },
  NODE_ERROR_THROWN: { status: 422, message: (d: { message: string }) => d.message },
  NODE_ASSERTION_FAILED: { status: 422, message: (d: { message: string }) => d.message },
  NODE_URL_INVALID: {
    status: 422,
    message: (d: { parameter: string; reason: string }) => `${d.parameter} is no usable URL: ${d.reason}`,
  },
  NODE_PATH_REFUSED: {
    status: 403,
    message: (d: { path: string; reason: string }) => `Path ${d.path} is refused: ${d.reason}`,
  },
  NODE_FILE_NOT_FOUND: {
    status: 404,
    message: (d: { path: string; action: string }) =>
      `Cannot ${d.action} ${d.path}: it does not exist; check the path, relative ones start in the job's working directory`,
  },
  NODE_FILE_EXISTS: {
    status: 409,
    message: (d: { path: string; action: string }) =>
      `Cannot ${d.action} ${d.path}: it exists already; set overwrite (folders: exist_ok), or choose another name`,
  },
  NODE_FILE_DENIED: {
    status: 403,
    message: (d: { path: string; action: string }) =>
      `Cannot ${d.action} ${d.path}: the robot's user may not; give that user access, or choose another place`,
  },
  NODE_NOT_A_FILE: {
    status: 422,
    message: (d: { path: string; action: string }) =>
      `Cannot ${d.action} ${d.path}: it is a folder or a device, not a file; give the path of a file`,
  },
  NODE_NOT_A_FOLDER: {
    status: 422,
    message: (d: { path: string; action: string }) =>
      `Cannot ${d.action} ${d.path}: part of the path is a file, not a folder; give the path of a folder`,
  },
  NODE_DISK_FULL: {
    status: 507,
    retryable: true,
    message: (d: { path: string; action: string }) => `Cannot ${d.action} ${d.path}: the disk is full; free some space`,
  },
  NODE_FILE_FAILED: {
    status: 500,
    retryable: true,
    message: (d: { path: string; action: string; reason: string }) =>
      `Cannot ${d.action} ${d.path}: the system answers ${d.reason}`,
  },
  NODE_FILE_TOO_LARGE: {
    status: 413,
    message: (d: { path: string; sizeBytes: number; limitBytes: number }) =>
      `${d.path} has ${d.sizeBytes} bytes, more than the ${d.limitBytes} that may be read at once; raise max_size`,
  },
  NODE_TOO_MANY_ENTRIES: {
    status: 413,
    message: (d: { path: string; limit: number }) =>
      `${d.path} holds more than ${d.limit} entries; narrow pattern, or list its folders one by one`,
  },
  NODE_ENCODING_UNKNOWN: {
    status: 422,
    message: (d: { encoding: string }) =>
      `Encoding ${d.encoding} is unknown; use a name like utf-8, utf-16, latin1 or cp1252`,
  },
  NODE_TEXT_NOT_DECODABLE: {
    status: 422,
    message: (d: { what: string; encoding: string }) =>
      `${d.what} is not text in ${d.encoding}; set the right encoding, or errors to replace`,
  },
  NODE_TEXT_NOT_ENCODABLE: {
    status: 422,
    message: (d: { what: string; encoding: string }) =>
      `${d.what} has characters that ${d.encoding} lacks; use utf-8, or set errors to replace`,
  },
  NODE_BASE64_INVALID: {
    status: 422,
    message: (d: { parameter: string }) => `${d.parameter} must be Base64 in binary mode`,
  },
  NODE_CSV_INVALID: {
    status: 422,
    message: (d: { path: string; line?: number | undefined; reason: string }) =>
      `${d.path} is not the CSV that was described${d.line === undefined ? "" : ` (line ${d.line})`}: ${d.reason}`,
  },
});
