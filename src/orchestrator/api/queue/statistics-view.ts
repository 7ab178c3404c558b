import type { QueueStatisticsDto } from "../../../contracts/index.ts";
import type { Histogram, QueueAlarm, QueueStatistics } from "../../../queue/index.ts";

export function viewStatistics(statistics: QueueStatistics, alarms: readonly QueueAlarm[]): QueueStatisticsDto {
  const { depth, window, asOf, waits, attempts, ended } = statistics;
  return {
    depth: {
      ...depth,
      priorities: [...depth.priorities],
      routes: depth.routes.map((route) => ({ ...route, requires: [...route.requires] })),
    },
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    asOf: asOf.toISOString(),
    waits: viewHistogram(waits),
    attempts: attempts.map(({ outcome, durations }) => ({ outcome, durations: viewHistogram(durations) })),
    ended: { ...ended },
    alarms: alarms.map((alarm) => ({ ...alarm, since: alarm.since.toISOString() })),
  };
}

function viewHistogram({ buckets, count, sumMs }: Histogram): QueueStatisticsDto["waits"] {
  return { buckets: [...buckets], count, sumMs };
}
