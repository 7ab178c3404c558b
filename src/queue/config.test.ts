import { describe, expect, test } from "vitest";
import { checkQueueConfig, queueConfig } from "./config.ts";

describe("queueConfig", () => {
  test("has defaults that fit together", () => {
    const values = queueConfig.parse({});

    expect(values).toEqual({
      QUEUE_LEASE_MS: 30_000,
      QUEUE_HEARTBEAT_MS: 10_000,
      QUEUE_REAP_MS: 5_000,
      QUEUE_POLL_MS: 1_000,
      QUEUE_TIDY_MS: 60_000,
      QUEUE_RETENTION_DAYS: 35,
      QUEUE_DEAD_LETTER_RETENTION_DAYS: 90,
      QUEUE_HORIZON_ALARM_MS: 300_000,
      QUEUE_DEAD_ROWS_ALARM: 200_000,
      QUEUE_LISTEN: true,
    });
    expect(checkQueueConfig(values)).toEqual([]);
  });

  test("reads texts", () => {
    expect(queueConfig.parse({ QUEUE_LEASE_MS: "3000", QUEUE_LISTEN: "false" })).toMatchObject({
      QUEUE_LEASE_MS: 3_000,
      QUEUE_LISTEN: false,
    });
  });

  test.each([
    { QUEUE_LEASE_MS: 999 },
    { QUEUE_LEASE_MS: "soon" },
    { QUEUE_HEARTBEAT_MS: 99 },
    { QUEUE_REAP_MS: 0 },
    { QUEUE_POLL_MS: 600_001 },
    { QUEUE_TIDY_MS: 999 },
    { QUEUE_RETENTION_DAYS: -1 },
    { QUEUE_RETENTION_DAYS: 0.5 },
    { QUEUE_DEAD_LETTER_RETENTION_DAYS: 3_651 },
  ])("refuses %j", (values) => {
    expect(queueConfig.safeParse(values).success).toBe(false);
  });

  test("refuses a lease that two lost heartbeats would cost", () => {
    expect(checkQueueConfig({ QUEUE_LEASE_MS: 30_000, QUEUE_HEARTBEAT_MS: 10_001 })).toEqual([
      {
        setting: "QUEUE_HEARTBEAT_MS",
        problem: expect.stringContaining("a third of CASARE_QUEUE_LEASE_MS (30000)") as string,
      },
    ]);
  });

  test("describes every setting", () => {
    for (const field of Object.values(queueConfig.shape)) expect(field.description ?? field.meta()).toBeTruthy();
  });
});
