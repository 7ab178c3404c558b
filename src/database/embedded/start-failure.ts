/** Why a server ended while it started, read off its log. Pure. */
export type StartFailure =
  | { readonly kind: "port-in-use" }
  | { readonly kind: "running" }
  | { readonly kind: "lingering" }
  | { readonly kind: "full"; readonly reason: string }
  | { readonly kind: "corrupt"; readonly reason: string }
  | { readonly kind: "other"; readonly reason: string };

/** First match counts: a damaged folder often gives a chain of messages, and the first one names the cause. */
const SIGNS: readonly { readonly sign: RegExp; readonly kind: StartFailure["kind"] }[] = [
  { sign: /No space left on device|Disk quota exceeded|could not extend file .*: wrote only/, kind: "full" },
  { sign: /lock file "postmaster\.pid" already exists/, kind: "running" },
  { sign: /pre-existing shared memory block/, kind: "lingering" },
  {
    sign: /could not bind IPv4 address .*(in use|Permission denied)|could not create any TCP\/IP sockets/,
    kind: "port-in-use",
  },
  { sign: /Permission denied/, kind: "other" },
  {
    sign: new RegExp(
      [
        "PANIC:",
        "database files are incompatible",
        "required WAL directory",
        "checkpoint record",
        "incorrect checksum",
        "invalid magic number",
        "pg_control",
        "page verification failed",
        "invalid page in block",
        "could not (open|read|access|find|stat|fsync) (file|directory|relation)",
        "contains? corrupted|is corrupt|WAL file is from different database system",
        "is not a valid data directory",
        "missing from pg_|bogus data in|syntax error in file",
        "cache lookup failed",
        'database "[^"]*" does not exist',
      ].join("|"),
    ),
    kind: "corrupt",
  },
];

/** @param logText what the server wrote since it was started. */
export function explainStartFailure(logText: string): StartFailure {
  const lines = logText.split("\n").filter((line) => /FATAL|PANIC|ERROR|HINT|could not|error/i.test(line));
  for (const { sign, kind } of SIGNS) {
    const line = lines.find((candidate) => sign.test(candidate));
    if (line !== undefined) return failureOf(kind, messageIn(line));
  }
  const fatal = lines.find((line) => /FATAL|PANIC/.test(line)) ?? lines[0];
  return { kind: "other", reason: fatal === undefined ? "it ended without a message" : messageIn(fatal) };
}

function failureOf(kind: StartFailure["kind"], reason: string): StartFailure {
  if (kind === "port-in-use" || kind === "running" || kind === "lingering") return { kind };
  return { kind, reason };
}

/** The text without time, process id and level: `2026-01-01 … [12] FATAL:  text` gives `text`. */
function messageIn(line: string): string {
  return line.replace(/^.*?\b(FATAL|PANIC|ERROR|LOG|HINT|DETAIL):\s*/, "").trim();
}
