import type {
  Acknowledgement,
  AttemptRow,
  CancelAnswer,
  DeadLetterRow,
  End,
  Evidence,
  JobRow,
  Leftover,
  OutcomeRow,
  Rejection,
  Start,
} from "./evidence.ts";

/** All evidence about one job; without a row of its own when only others speak of it. */
export interface Dossier {
  readonly jobId: string;
  job?: JobRow;
  readonly acknowledgements: Acknowledgement[];
  isCancelRequested: boolean;
  readonly cancelAnswers: CancelAnswer[];
  readonly starts: Start[];
  readonly ends: End[];
  readonly rejections: Rejection[];
  readonly outcomes: OutcomeRow[];
  /** In order. */
  readonly attempts: AttemptRow[];
  readonly deadLetters: DeadLetterRow[];
  readonly leftovers: Leftover[];
}

export type Dossiers = ReadonlyMap<string, Dossier>;

export function openDossiers(evidence: Evidence): Dossiers {
  const dossiers = new Map<string, Dossier>();
  const of = (jobId: string): Dossier => {
    let dossier = dossiers.get(jobId);
    if (dossier === undefined) dossiers.set(jobId, (dossier = emptyDossier(jobId)));
    return dossier;
  };
  for (const job of evidence.jobs) of(job.jobId).job = job;
  for (const item of evidence.acknowledgements) of(item.jobId).acknowledgements.push(item);
  for (const jobId of evidence.cancelRequests) of(jobId).isCancelRequested = true;
  for (const item of evidence.cancelAnswers) of(item.jobId).cancelAnswers.push(item);
  for (const item of evidence.starts) of(item.jobId).starts.push(item);
  for (const item of evidence.ends) of(item.jobId).ends.push(item);
  for (const item of evidence.rejections) of(item.jobId).rejections.push(item);
  for (const item of evidence.outcomes) of(item.jobId).outcomes.push(item);
  for (const item of evidence.attempts) of(item.jobId).attempts.push(item);
  for (const item of evidence.deadLetters) of(item.jobId).deadLetters.push(item);
  for (const item of evidence.leftovers) of(item.jobId).leftovers.push(item);
  for (const dossier of dossiers.values()) dossier.attempts.sort((a, b) => a.attempt - b.attempt);
  return dossiers;
}

function emptyDossier(jobId: string): Dossier {
  return {
    jobId,
    acknowledgements: [],
    isCancelRequested: false,
    cancelAnswers: [],
    starts: [],
    ends: [],
    rejections: [],
    outcomes: [],
    attempts: [],
    deadLetters: [],
    leftovers: [],
  };
}
