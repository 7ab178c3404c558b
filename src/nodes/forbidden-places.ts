import path from "node:path";

/** Folders and files that hold keys or passwords, whoever they belong to. `a/b` means b directly in a. */
const SECRET_NAMES: readonly string[] = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".config/gcloud",
  ".netrc",
  ".pgpass",
  ".git-credentials",
];

/** Places of the system that no workflow has business with. */
export const SYSTEM_PLACES: readonly string[] =
  process.platform === "win32"
    ? [path.join(process.env["SYSTEMROOT"] ?? "C:\\Windows", "System32", "config")]
    : [
        "/proc",
        "/sys",
        "/dev",
        "/etc/shadow",
        "/etc/shadow-",
        "/etc/gshadow",
        "/etc/gshadow-",
        "/etc/sudoers",
        "/etc/sudoers.d",
        "/etc/ssh",
        "/etc/ssl/private",
        "/run/secrets",
        "/var/run/secrets",
      ];

/**
 * The first part of a path that holds keys or passwords, undefined when none does.
 *
 * @param base parts that the path shares with it do not count: the caller chose them.
 */
export function secretNameIn(absolute: string, base: string): string | undefined {
  const relative = path.relative(base, absolute);
  const checked = relative.startsWith("..") || path.isAbsolute(relative) ? absolute : relative;
  const parts = `/${checked.split(path.sep).join("/").toLowerCase()}/`;
  return SECRET_NAMES.find((name) => parts.includes(`/${name}/`));
}

/** The first part of a path that Windows takes for a device, whatever its extension is. */
export function deviceNameIn(written: string): string | undefined {
  if (/^[\\/]{2}[.?][\\/]/.test(written)) return "This path";
  return written.split(/[\\/]/).find((part) => /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$/i.test(part));
}
