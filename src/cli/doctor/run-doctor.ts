import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { raceAbort, startDeadline } from "../../core/deadline.ts";
import { messageOf } from "../../core/errors.ts";
import { localTarget } from "../client/connect.ts";
import type { CommandContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { packageRoot } from "../package-root.ts";
import { type CliSettings, loadCliSettings } from "../settings.ts";
import { checkBrowser } from "./check-browser.ts";
import { checkEmbeddedDatabase, checkExternalDatabase } from "./check-database.ts";
import { checkHome, checkKeys } from "./check-home.ts";
import { checkNode, checkPackage } from "./check-installation.ts";
import { checkOrchestrator, checkPort } from "./check-server.ts";
import { type Diagnosis, type Finding, fail, ok, renderFinding, warn } from "./finding.ts";

interface Examination {
  readonly id: string;
  readonly title: string;
  readonly examine: (signal: AbortSignal) => Promise<Diagnosis> | Diagnosis;
}

/** Longer than any of them takes on a slow machine, unpacking of Chromium included, milliseconds. */
const EXAMINATION_MS = 60_000;

/** Examines machine and installation. Exit code 0 when nothing failed, else 1. */
export async function runDoctor(context: CommandContext, options: { readonly json?: boolean }): Promise<ExitCode> {
  const { output } = context;
  const findings: Finding[] = [];
  for await (const finding of examineAll(context)) {
    findings.push(finding);
    if (!options.json) output.result(renderFinding(finding, output.resultStyle));
    if (context.signal.aborted) return EXIT.cancelled;
  }
  const healthy = findings.every((finding) => finding.status !== "fail");
  if (options.json) output.json({ healthy, findings });
  return healthy ? EXIT.ok : EXIT.failed;
}

async function* examineAll(context: CommandContext): AsyncGenerator<Finding> {
  yield await perform({ id: "node", title: "Node", examine: () => checkNode(process.versions.node) }, context.signal);
  yield await perform({ id: "package", title: "package", examine: examinePackage }, context.signal);
  let settings: CliSettings;
  try {
    settings = await loadCliSettings(context.env);
  } catch (error) {
    const diagnosis = fail(
      messageOf(error),
      "correct them; the other examinations go by the settings and were left out",
    );
    yield { id: "settings", title: "settings", ...diagnosis };
    return;
  }
  let homeFails = false;
  for (const examination of examinationsFor(context, settings)) {
    const finding: Finding =
      homeFails && examination.id === "browser" ? leftOut(examination) : await perform(examination, context.signal);
    homeFails ||= finding.id === "home" && finding.status === "fail";
    yield finding;
  }
}

/** The browser is unpacked into the home folder. */
function leftOut({ id, title }: Examination): Finding {
  return { id, title, ...warn("not examined, because the home folder cannot be used", "mend the home folder first") };
}

function examinationsFor(context: CommandContext, settings: CliSettings): readonly Examination[] {
  const { values } = settings;
  const { HOME: home, DATABASE_URL: databaseUrl } = values;
  const given = settings.describe().filter((setting) => setting.source !== "default").length;
  return [
    { id: "settings", title: "settings", examine: () => ok(`valid, ${given} differ from the default`) },
    { id: "home", title: "home folder", examine: () => checkHome(home) },
    { id: "keys", title: "keys", examine: () => checkKeys(home, values.API_KEY) },
    {
      id: "database",
      title: "database",
      examine: () => (databaseUrl === undefined ? checkEmbeddedDatabase(home) : checkExternalDatabase(databaseUrl)),
    },
    {
      id: "browser",
      title: "browser",
      examine: (signal) => checkBrowser({ home, config: values, env: context.env }, signal),
    },
    { id: "port", title: "port", examine: () => checkPort(values.HOST, values.PORT) },
    {
      id: "orchestrator",
      title: "orchestrator",
      examine: async (signal) => checkOrchestrator(await localTarget(settings), signal),
    },
  ];
}

async function perform({ id, title, examine }: Examination, parent: AbortSignal): Promise<Finding> {
  const deadline = startDeadline(`examining the ${title}`, EXAMINATION_MS, parent);
  try {
    const work = Promise.resolve(examine(deadline.signal));
    return { id, title, ...(await raceAbort(work, deadline.signal, `examining the ${title}`)) };
  } catch (error) {
    return { id, title, ...fail(messageOf(error), "try again; if it stays, run with CASARE_LOG_LEVEL=debug") };
  } finally {
    deadline.clear();
  }
}

const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

async function examinePackage(): Promise<Diagnosis> {
  const root = packageRoot();
  const { dependencies } = manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  const files = ["migrations", "examples/form-filling"];
  return checkPackage({ root, files, dependencies: Object.keys(dependencies) });
}
