import { stat } from "node:fs/promises";
import path from "node:path";

/** Who the server's processes run as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** True when this process is root and gives the server an account without rights: PostgreSQL refuses root. */
  readonly isDropped: boolean;
}

/** `nobody` and `nogroup`: there on every Linux, so nothing has to be created. */
const NOBODY = 65_534;

/** The account for the server: this process's own, or nobody when that is root. */
export function chooseAccount(uid = process.geteuid?.() ?? -1, gid = process.getegid?.() ?? -1): Account {
  return uid === 0 ? { uid: NOBODY, gid: NOBODY, isDropped: true } : { uid, gid, isDropped: false };
}

/** What `spawn` needs to run a program as the account. */
export function spawnAs(account: Account): { uid?: number; gid?: number } {
  return account.isDropped ? { uid: account.uid, gid: account.gid } : {};
}

interface Permissions {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Whether the permission bits allow it: 4 read, 2 write, 1 execute or enter. */
export function allows(file: Permissions, account: Account, bits: number): boolean {
  const shift = file.uid === account.uid ? 6 : file.gid === account.gid ? 3 : 0;
  return ((file.mode >> shift) & bits) === bits;
}

/** Whether the account can walk to the path and has the bits there. A path that does not exist is not reachable. */
export async function isReachable(target: string, account: Account, bits: number): Promise<boolean> {
  const absolute = path.resolve(target);
  const { root } = path.parse(absolute);
  const steps = absolute.slice(root.length).split(path.sep);
  let current = root;
  for (const step of steps.slice(0, -1)) {
    current = path.join(current, step);
    if (!(await permits(current, account, 1))) return false;
  }
  return permits(absolute, account, bits);
}

async function permits(target: string, account: Account, bits: number): Promise<boolean> {
  try {
    return allows(await stat(target), account, bits);
  } catch {
    return false; // gone, or not even this process may look: the same answer for the account
  }
}
