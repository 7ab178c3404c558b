import { deadLetterList, deadLetterListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewDeadLetter } from "./dead-letter-view.ts";
import { toLetterFilter } from "./letter-selection.ts";

export const listDeadLetters = defineRoute({
  id: "listDeadLetters",
  method: "GET",
  path: "/api/v1/dead-letters",
  tag: "dead-letters",
  summary: "List jobs that failed for good, newest first",
  permission: "dead-letters:read",
  query: deadLetterListQuery,
  success: { status: 200, description: "A page of dead letters", body: deadLetterList },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ query, principal }, { queue }) {
    const page = await queue.listDeadLetters(principal.tenantId, pageRequest(query), toLetterFilter(query));
    return { body: { ...page, data: page.data.map(viewDeadLetter) } };
  },
});
