import { Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../../time/clock.js';
import type { History, PresenceEvent } from '../history.js';
import type { LoadedDevice } from '../use-device.js';
import { onlineShare, presenceIntervals } from './presence-intervals.js';
import { isOfOneDay, isTimeRange, type TimeRange, timeRanges } from './time-range.js';
import { TimelineBar } from './timeline-bar.js';
import { TimelineTable } from './timeline-table.js';

interface TimelineProps {
  readonly device: LoadedDevice;
  readonly history: History;
  /** Milliseconds since the epoch. The timeline ends now. */
  readonly from: number;
  readonly timeRange: TimeRange;
  readonly onTimeRangeChange: (timeRange: TimeRange) => void;
}

/** When a device was online and offline, and why, as a bar and as a table. */
export function Timeline({ device, history, from, timeRange, onTimeRangeChange }: TimelineProps) {
  const { t, i18n } = useTranslation();
  const { before } = history;
  const [first, last] = [history.events[0], history.events.at(-1)];
  // An event may be newer than the last tick of the clock.
  const to = Math.max(useNow(), last ? Date.parse(last.at) : 0);
  const isComplete = before === null || (first !== undefined && Date.parse(first.at) < from);
  const loadedFrom = isComplete || !first ? from : Date.parse(first.at);
  const events = eventsSince(history.events, from);
  const intervals = presenceIntervals(events, device, { from: loadedFrom, to });
  const share = isComplete ? onlineShare(intervals) : null;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Group gap="sm" align="baseline">
          <Title order={2} size="h4">
            {t('device.timeline')}
          </Title>
          {share !== null && (
            <Text c="dimmed" size="sm">
              {t('device.share', { share: percent.format(share) })}
            </Text>
          )}
        </Group>
        <SegmentedControl
          aria-label={t('device.range')}
          data={timeRanges.map((value) => ({ value, label: t(`device.ranges.${value}`) }))}
          value={timeRange}
          onChange={(value) => isTimeRange(value) && onTimeRangeChange(value)}
        />
      </Group>
      <TimelineBar intervals={intervals} from={from} to={to} />
      <TimelineTable intervals={intervals} isOfOneDay={isOfOneDay(timeRange)} />
    </Stack>
  );
}

/** The events from a time on, which start with the state of that time where it is known. */
function eventsSince(events: readonly PresenceEvent[], from: number): PresenceEvent[] {
  const before = events.findLast(({ at }) => Date.parse(at) < from);
  const since = events.filter(({ at }) => Date.parse(at) >= from);
  return before ? [{ ...before, at: new Date(from).toISOString() }, ...since] : since;
}
