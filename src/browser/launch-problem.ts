/** What a failed start of a browser means, read off the text that Playwright and Chromium leave. Pure. */
export function readLaunchProblem(text: string): { readonly problem: string; readonly remedy: string } {
  const library = /error while loading shared libraries: ([^\s:]+)/.exec(text)?.[1];
  if (library !== undefined) {
    return {
      problem: `the shared library ${library} is missing`,
      remedy: `install the package that holds ${library} (libnss3 on Debian and Ubuntu, nss on Fedora), or unset CASARE_CHROMIUM_PATH to use the bundled Chromium`,
    };
  }
  if (/No usable sandbox|sandbox_host|namespace_sandbox|setuid sandbox/i.test(text)) {
    return {
      problem: "the system does not let it build its sandbox",
      remedy:
        "allow unprivileged user namespaces, or set CASARE_BROWSER_SANDBOX=off where only trusted pages are visited",
    };
  }
  if (/Missing X server|cannot open display|ozone_platform_x11/i.test(text)) {
    return { problem: "there is no display", remedy: "set CASARE_BROWSER_HEADLESS=true" };
  }
  if (/Timeout \d+ms exceeded/.test(text)) {
    return {
      problem: "it did not answer in time",
      remedy: "the machine may be overloaded; raise CASARE_BROWSER_LAUNCH_TIMEOUT_MS if this happens often",
    };
  }
  const lines = text.split("\n").map((line) => line.replace(/^.*\[err\]\s*/, "").trim());
  const telling = lines.find((line) => /error|failed|cannot|denied|ENO|EAC|exitCode|exit code/i.test(line));
  return {
    problem: (telling ?? lines[0] ?? "").slice(0, 300),
    remedy: "start it by hand with --version to see whether it runs on this machine",
  };
}
