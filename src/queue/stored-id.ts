const DECIMAL = /^[1-9]\d{0,18}$/;
const LARGEST = 9_223_372_036_854_775_807n;

/** True for the decimal text of a positive bigint, as job and session ids are; anything else names nothing. */
export function isStoredId(text: string): boolean {
  return DECIMAL.test(text) && (text.length < 19 || BigInt(text) <= LARGEST);
}
