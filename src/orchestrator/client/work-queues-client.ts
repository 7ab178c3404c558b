import { z } from "zod";
import {
  type WorkItemChangeInput,
  type WorkItemDto,
  type WorkItemFileDto,
  type WorkItemInput,
  type WorkItemReviewInput,
  type WorkItemSummaryDto,
  type WorkItemsInput,
  type WorkItemsReportDto,
  type WorkQueueDto,
  type WorkQueueInput,
  type WorkQueueStatsDto,
  workItemDto,
  workItemFile,
  workItemList,
  workItemSummary,
  workItemsReport,
  workQueueDto,
  workQueueList,
  workQueueStats,
} from "../../contracts/index.ts";
import type { ClientPage, Download, PageOptions } from "./orchestrator-client.ts";
import type { CallOptions, Connection, PostOptions, QueryValue } from "./send-request.ts";

/** Filters of `listItems`; an item must match all that are given, and any one of the states. */
export interface WorkItemListOptions extends PageOptions {
  readonly state?: readonly WorkItemSummaryDto["state"][];
  readonly reference?: string;
  readonly review?: WorkItemReviewInput["status"];
  readonly exceptionType?: "application" | "business";
  /** ISO 8601. Added at this instant or later. */
  readonly from?: string;
  /** ISO 8601. Added before this instant. */
  readonly to?: string;
}

/** Which version the caller has seen; rejects with WORK_QUEUE_CONFLICT or WORK_ITEM_CONFLICT when it is not the newest. */
export interface VersionOptions extends CallOptions {
  readonly expectedVersion?: number;
}

const BASE = "/api/v1/work-queues";
const segment = (text: string): string => encodeURIComponent(text);

/** Work queues and their items over the orchestrator's REST API; queues are named by id or name. One method per route. */
export class WorkQueuesClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  create(input: WorkQueueInput, options?: PostOptions): Promise<WorkQueueDto> {
    return this.#connection.json({ method: "POST", path: BASE, body: input, ...options }, workQueueDto);
  }

  list(options?: PageOptions): Promise<ClientPage<WorkQueueDto>> {
    return this.#connection.json(query(BASE, options), workQueueList);
  }

  get(queue: string, options?: CallOptions): Promise<WorkQueueDto> {
    return this.#connection.json(query(queuePath(queue), options), workQueueDto);
  }

  /** Replaces all settings. */
  update(queue: string, input: WorkQueueInput, options?: VersionOptions): Promise<WorkQueueDto> {
    const spec = { method: "PUT" as const, path: queuePath(queue), body: input, ...versioned(options) };
    return this.#connection.json(spec, workQueueDto);
  }

  /** With all its items. */
  delete(queue: string, options?: VersionOptions): Promise<void> {
    return this.#connection.nothing({ method: "DELETE", path: queuePath(queue), ...versioned(options) });
  }

  /** @param options.since ISO 8601; ended items count from then on, default 7 days ago. */
  stats(queue: string, options?: CallOptions & { readonly since?: string }): Promise<WorkQueueStatsDto> {
    return this.#connection.json(query(`${queuePath(queue)}/stats`, options), workQueueStats);
  }

  addItem(queue: string, item: WorkItemInput, options?: PostOptions): Promise<WorkItemSummaryDto> {
    const path = `${queuePath(queue)}/items`;
    return this.#connection.json({ method: "POST", path, body: item, ...options }, workItemSummary);
  }

  /** Up to 10 000. `all` (default) rejects with WORK_ITEMS_REFUSED when one cannot be added; `each` reports. */
  addItems(queue: string, input: WorkItemsInput, options?: PostOptions): Promise<WorkItemsReportDto> {
    const path = `${queuePath(queue)}/items/bulk`;
    return this.#connection.json({ method: "POST", path, body: input, ...options }, workItemsReport);
  }

  listItems(queue: string, options?: WorkItemListOptions): Promise<ClientPage<WorkItemSummaryDto>> {
    return this.#connection.json(query(`${queuePath(queue)}/items`, options), workItemList);
  }

  getItem(queue: string, itemId: string, options?: CallOptions): Promise<WorkItemDto> {
    return this.#connection.json(query(itemPath(queue, itemId), options), workItemDto);
  }

  /** Of a waiting item: what is given; null takes a value away. */
  updateItem(
    queue: string,
    change: WorkItemChangeInput & { readonly itemId: string },
    options?: VersionOptions,
  ): Promise<WorkItemSummaryDto> {
    const { itemId, ...body } = change;
    const spec = { method: "PUT" as const, path: itemPath(queue, itemId), body, ...versioned(options) };
    return this.#connection.json(spec, workItemSummary);
  }

  /** @param options.until ISO 8601; null: at once. */
  postponeItem(
    queue: string,
    itemId: string,
    options: PostOptions & { readonly until: string | null },
  ): Promise<WorkItemSummaryDto> {
    const { until, ...rest } = options;
    const path = `${itemPath(queue, itemId)}/postpone`;
    return this.#connection.json({ method: "POST", path, body: { until }, ...rest }, workItemSummary);
  }

  /** Sends a failed or abandoned item back into the line. */
  retryItem(
    queue: string,
    itemId: string,
    options: PostOptions & { readonly reviewer?: string; readonly note?: string } = {},
  ): Promise<WorkItemSummaryDto> {
    const { reviewer, note, ...rest } = options;
    const path = `${itemPath(queue, itemId)}/retry`;
    return this.#connection.json({ method: "POST", path, body: { reviewer, note }, ...rest }, workItemSummary);
  }

  reviewItem(
    queue: string,
    review: WorkItemReviewInput & { readonly itemId: string },
    options?: PostOptions,
  ): Promise<WorkItemSummaryDto> {
    const { itemId, ...body } = review;
    const path = `${itemPath(queue, itemId)}/review`;
    return this.#connection.json({ method: "POST", path, body, ...options }, workItemSummary);
  }

  /** It stays visible as `deleted` until the queue's retention takes it. */
  deleteItem(queue: string, itemId: string, options?: VersionOptions): Promise<void> {
    return this.#connection.nothing({ method: "DELETE", path: itemPath(queue, itemId), ...versioned(options) });
  }

  async listFiles(queue: string, itemId: string, options?: CallOptions): Promise<readonly WorkItemFileDto[]> {
    const files = z.object({ data: z.array(workItemFile) });
    return (await this.#connection.json(query(`${itemPath(queue, itemId)}/files`, options), files)).data;
  }

  /** @param file.sha256 of the content, 64 lower-case hexadecimal digits. */
  uploadFile(
    queue: string,
    file: {
      readonly itemId: string;
      readonly name: string;
      readonly contentType: string;
      readonly sha256: string;
      readonly content: Uint8Array;
    },
    options?: CallOptions,
  ): Promise<WorkItemFileDto> {
    const { itemId, name, contentType, sha256, content } = file;
    return this.#connection.json(
      {
        method: "PUT",
        path: `${itemPath(queue, itemId)}/files/${segment(sha256)}`,
        query: { name },
        headers: { "content-type": contentType },
        content,
        repeatable: true,
        ...options,
      },
      workItemFile,
    );
  }

  async downloadFile(
    queue: string,
    file: { readonly itemId: string; readonly fileId: string },
    options?: CallOptions,
  ): Promise<Download> {
    const path = `${itemPath(queue, file.itemId)}/files/${segment(file.fileId)}`;
    const response = await this.#connection.open({ method: "GET", path, headers: { accept: "*/*" }, ...options });
    return {
      contentType: response.headers.get("content-type") ?? "application/octet-stream",
      sizeBytes: Number(response.headers.get("content-length") ?? 0),
      content: response.body ?? new Blob([]).stream(),
    };
  }

  deleteFile(
    queue: string,
    file: { readonly itemId: string; readonly fileId: string },
    options?: CallOptions,
  ): Promise<void> {
    const path = `${itemPath(queue, file.itemId)}/files/${segment(file.fileId)}`;
    return this.#connection.nothing({ method: "DELETE", path, ...options });
  }
}

const queuePath = (queue: string): string => `${BASE}/${segment(queue)}`;
const itemPath = (queue: string, itemId: string): string => `${queuePath(queue)}/items/${segment(itemId)}`;

function query(path: string, options: CallOptions = {}) {
  const { signal, ...rest } = options;
  return {
    method: "GET" as const,
    path,
    query: rest as Readonly<Record<string, QueryValue>>,
    ...(signal && { signal }),
  };
}

function versioned({ expectedVersion, signal }: VersionOptions = {}) {
  return {
    headers: expectedVersion === undefined ? {} : { "if-match": `"${expectedVersion}"` },
    ...(signal && { signal }),
  };
}
