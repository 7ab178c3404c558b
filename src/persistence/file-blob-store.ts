import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { newId, type TenantId } from "../core/ids.ts";
import { persistenceErrors } from "./errors.ts";
import type { BlobStore } from "./repositories.ts";

/**
 * Content-addressed bytes in a directory: `<directory>/<tenant>/<sha[0..2]>/<sha>`.
 *
 * A blob appears under its name only when it is whole, checked and on the disk.
 */
export function createFileBlobStore(options: { readonly directory: string }): BlobStore {
  const root = resolve(options.directory);

  const pathOf = (tenantId: TenantId, sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw persistenceErrors.BLOB_HASH_INVALID({ sha256 });
    return join(root, String(tenantId), sha256.slice(0, 2), sha256);
  };

  return {
    async put(tenantId, sha256, content, { maxBytes }) {
      const target = pathOf(tenantId, sha256);
      const temporary = join(root, "tmp", newId());
      try {
        await mkdir(dirname(temporary), { recursive: true });
        await mkdir(dirname(target), { recursive: true });
        const written = await writeTemporary(temporary, content, maxBytes);
        if (written.sha256 !== sha256) {
          throw persistenceErrors.BLOB_HASH_MISMATCH({ expected: sha256, actual: written.sha256 });
        }
        await moveInto(temporary, target);
        await syncDirectory(dirname(target));
        return { sizeBytes: written.sizeBytes };
      } catch (error) {
        throw isOutOfSpace(error) ? persistenceErrors.BLOB_STORE_FULL({ directory: root }, { cause: error }) : error;
      } finally {
        await rm(temporary, { force: true });
      }
    },

    async open(tenantId, sha256, range) {
      const path = pathOf(tenantId, sha256);
      try {
        const handle = await open(path, "r");
        return createReadStream(path, { fd: handle, ...range });
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw error;
      }
    },

    locate: pathOf,
  };
}

async function writeTemporary(
  path: string,
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of content) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) throw persistenceErrors.BLOB_TOO_LARGE({ maxBytes });
      hash.update(chunk);
      // writeFile on a handle goes on at the present position and never writes short.
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Renames; where the tenant's directory lies on another file system, by a copy beside the target. */
async function moveInto(from: string, target: string): Promise<void> {
  try {
    await rename(from, target);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    const beside = `${target}.${newId()}.tmp`;
    try {
      await copyFile(from, beside, constants.COPYFILE_EXCL);
      await syncPath(beside, "r+");
      await rename(beside, target);
    } finally {
      await rm(beside, { force: true });
    }
  }
}

/** Makes the new name durable, too; some file systems (and Windows) do not offer it. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform !== "win32") await syncPath(path, "r");
}

async function syncPath(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isOutOfSpace(error: unknown): boolean {
  return codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
