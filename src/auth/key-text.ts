import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { KeyKind } from "./principal.ts";

/** The parts of a key as it is shown: `crpa_<kind>_<id>_<secret>`. */
export interface KeyText {
  readonly kind: KeyKind;
  /** UUID. */
  readonly id: string;
  /** 32 random bytes as base64url. */
  readonly secret: string;
}

const SHAPE = /^crpa_(?<kind>admin|robot)_(?<id>[0-9a-f]{32})_(?<secret>[\w-]{43})$/;

/** 256 random bits as text. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The part of a key that is no secret: for lists and for finding the key that a log speaks of. */
export function keyPrefix(kind: KeyKind, id: string): string {
  return `crpa_${kind}_${id.replaceAll("-", "")}`;
}

export function formatKey({ kind, id, secret }: KeyText): string {
  return `${keyPrefix(kind, id)}_${secret}`;
}

/** Undefined for text that is no key. */
export function parseKey(text: string): KeyText | undefined {
  const groups = SHAPE.exec(text)?.groups;
  if (!groups) return undefined;
  const { kind, id, secret } = groups as { kind: KeyKind; id: string; secret: string };
  return { kind, id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"), secret };
}

/** A fast hash is enough for 256 random bits: there is nothing to guess. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Compares in constant time. */
export function secretMatches(secret: string, hash: Uint8Array): boolean {
  const given = hashSecret(secret);
  return given.byteLength === hash.byteLength && timingSafeEqual(given, hash);
}
