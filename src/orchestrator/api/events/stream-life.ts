/**
 * How long one connection to the events lives, milliseconds. A reader comes back by itself and misses nothing; coming
 * back it has to show its key again, so that a revoked key does not listen on.
 */
export const STREAM_LIFE_MS = 15 * 60_000;

/** Milliseconds a reader that fell behind gets to take the news that it did. */
export const LAST_WORD_MS = 5_000;
