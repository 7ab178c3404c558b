import { pauseList } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewPause } from "../pauses.ts";

export const listPauses = defineRoute({
  id: "listPauses",
  method: "GET",
  path: "/api/v1/jobs/pauses",
  tag: "jobs",
  summary: "List what is paused",
  permission: "jobs:read",
  success: {
    status: 200,
    description: "The pause of all jobs, if there is one, and those of workflows",
    body: pauseList,
  },
  async handle({ principal: { tenantId } }, { queue, workflows }) {
    const pauses = await queue.listPauses(tenantId);
    const data = await Promise.all(
      pauses.map(async (pause) => {
        if (pause.kind === undefined) return viewPause(pause, undefined);
        const name = (await workflows.summarize(tenantId, pause.kind))?.name;
        return viewPause(pause, { id: pause.kind, ...(name !== undefined && { name }) });
      }),
    );
    return { body: { data } };
  },
});
