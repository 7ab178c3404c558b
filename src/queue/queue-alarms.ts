/** Who keeps the server from cleaning up: all that was deleted since then stays, and everybody has to step over it. */
export interface HorizonHolder {
  /** A connection, a prepared transaction, a replication slot, or a standby that gives feedback. */
  readonly kind: "session" | "prepared" | "slot" | "standby";
  /** Process number, name of the transaction, or name of the slot. */
  readonly name: string;
  /** How many transactions have begun since. */
  readonly transactions: number;
  /** Milliseconds since it began; not known of slots and standbys, nor of sessions of others. */
  readonly heldMs?: number;
}

/** How a table that changes with every job looks. */
export interface TableReading {
  readonly name: string;
  readonly liveRows: number;
  readonly deadRows: number;
  /** With its indexes. */
  readonly sizeBytes: number;
}

/** What was read of the server. */
export interface QueueReadings {
  readonly holders: readonly HorizonHolder[];
  readonly tables: readonly TableReading[];
  /** Ids that can be handed out before a partition for them is missing. */
  readonly idsAhead: number;
  /** Partitions that should have been dropped. */
  readonly overdue: readonly { readonly firstId: string; readonly lastId: string; readonly closedAt: Date }[];
}

/** From where on it is an alarm. */
export interface AlarmLimits {
  /** Milliseconds somebody may keep the server from cleaning up. */
  readonly horizonMs: number;
  /** Dead rows a table may hold. */
  readonly deadRows: number;
}

/** What can be wrong. */
export type QueueAlarmCode =
  | "QUEUE_HORIZON_HELD"
  | "QUEUE_DEAD_ROWS"
  | "QUEUE_BLOAT"
  | "QUEUE_PARTITIONS_MISSING"
  | "QUEUE_RETENTION_HELD";

/** Something is wrong with the queue's database that goes on until somebody does something. */
export interface QueueAlarm {
  readonly code: QueueAlarmCode;
  /** Of what: there is one alarm of a code and a subject at a time. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** When it was first seen. */
  readonly since: Date;
}

/** Slots and standbys have no age but in transactions: a queue under load begins a million in some hours. */
const HELD_TRANSACTIONS = 1_000_000;
/** A small table may be empty and still large. */
const BLOAT_BYTES = 268_435_456;
/** A row of the queue's tables, its share of a page at its fill factor and of the indexes. */
const ROW_BYTES = 250;
const BLOAT_FACTOR = 10;
/** Half a partition: upkeep makes the next when less than a whole one is left. */
const IDS_AHEAD = 50_000_000;

const count = new Intl.NumberFormat("en-US");

/** Which alarms there are, judged by what was read; the same readings always give the same. */
export function queueAlarms(readings: QueueReadings, limits: AlarmLimits): readonly Omit<QueueAlarm, "since">[] {
  return [
    ...readings.holders.filter((holder) => holdsTooLong(holder, limits)).map(horizonAlarm),
    ...readings.tables.filter(({ deadRows }) => deadRows > limits.deadRows).map(deadRowsAlarm),
    ...readings.tables.filter(isBloated).map(bloatAlarm),
    ...(readings.idsAhead < IDS_AHEAD ? [partitionsAlarm(readings.idsAhead)] : []),
    ...readings.overdue.map(retentionAlarm),
  ];
}

function holdsTooLong(holder: HorizonHolder, { horizonMs }: AlarmLimits): boolean {
  return holder.heldMs === undefined ? holder.transactions > HELD_TRANSACTIONS : holder.heldMs > horizonMs;
}

const HOLDERS: Readonly<Record<HorizonHolder["kind"], { readonly what: string; readonly remedy: string }>> = {
  session: {
    what: "The transaction of process",
    remedy: "End what it works on, or end it with select pg_terminate_backend(<process>)",
  },
  prepared: { what: "The prepared transaction", remedy: "Finish it with commit prepared or rollback prepared" },
  slot: {
    what: "The replication slot",
    remedy: "Bring its consumer back, or drop the slot with select pg_drop_replication_slot(<name>)",
  },
  standby: {
    what: "A query on the standby",
    remedy: "End the query on the standby, or set hot_standby_feedback = off there",
  },
};

function horizonAlarm({ kind, name, transactions, heldMs }: HorizonHolder): Omit<QueueAlarm, "since"> {
  const { what, remedy } = HOLDERS[kind];
  const time = heldMs === undefined ? "" : ` for ${count.format(Math.round(heldMs / 1_000))} s`;
  return {
    code: "QUEUE_HORIZON_HELD",
    subject: `${kind} ${name}`,
    message: `${what} ${name} has kept the server from cleaning up${time} (${count.format(transactions)} transactions); the queue gets slower`,
    remedy,
  };
}

function deadRowsAlarm({ name, deadRows }: TableReading): Omit<QueueAlarm, "since"> {
  return {
    code: "QUEUE_DEAD_ROWS",
    subject: name,
    message: `${name} holds ${count.format(deadRows)} deleted rows`,
    remedy: "See that autovacuum is on, autovacuum_naptime is some seconds, and nothing holds the horizon back",
  };
}

function isBloated({ liveRows, sizeBytes }: TableReading): boolean {
  return sizeBytes > BLOAT_BYTES && sizeBytes > liveRows * ROW_BYTES * BLOAT_FACTOR;
}

function bloatAlarm({ name, liveRows, sizeBytes }: TableReading): Omit<QueueAlarm, "since"> {
  return {
    code: "QUEUE_BLOAT",
    subject: name,
    message: `${name} takes ${count.format(Math.round(sizeBytes / 1_048_576))} MB for ${count.format(liveRows)} rows`,
    remedy: `Run reindex table concurrently ${name}; when robots may pause for some seconds, vacuum full ${name}`,
  };
}

function partitionsAlarm(idsAhead: number): Omit<QueueAlarm, "since"> {
  return {
    code: "QUEUE_PARTITIONS_MISSING",
    subject: "queue_job",
    message: `There is room for ${count.format(Math.max(0, idsAhead))} more job ids`,
    remedy:
      "See in the log why upkeep cannot make partitions; by hand: select queue_ensure_partitions(last_value + 100000000) from queue_job_id_block",
  };
}

function retentionAlarm(overdue: QueueReadings["overdue"][number]): Omit<QueueAlarm, "since"> {
  const { firstId, lastId, closedAt } = overdue;
  return {
    code: "QUEUE_RETENTION_HELD",
    subject: `jobs ${firstId} to ${lastId}`,
    message: `The jobs ${firstId} to ${lastId}, of before ${closedAt.toISOString()}, are past their retention and are still kept`,
    remedy: "End the jobs among them that still wait or run, and transactions that read the history for long",
  };
}

/** What is new in the second list, and what of the first is gone. */
export function alarmChanges<Before extends AlarmName, Now extends AlarmName>(
  before: readonly Before[],
  now: readonly Now[],
): { readonly raised: readonly Now[]; readonly cleared: readonly Before[] } {
  const wereThere = new Set(before.map(keyOf));
  const areThere = new Set(now.map(keyOf));
  return {
    raised: now.filter((alarm) => !wereThere.has(keyOf(alarm))),
    cleared: before.filter((alarm) => !areThere.has(keyOf(alarm))),
  };
}

type AlarmName = Pick<QueueAlarm, "code" | "subject">;

function keyOf({ code, subject }: AlarmName): string {
  return `${code} ${subject}`;
}
