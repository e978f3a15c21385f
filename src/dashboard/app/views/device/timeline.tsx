import { Alert, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../time/clock.js';
import type { LoadedDevice } from './device-details.js';
import { isTruncated, onlineShare, presenceIntervals } from './presence-intervals.js';
import { isTimeRange, type TimeRange, timeRanges } from './time-range.js';
import { TimelineBar } from './timeline-bar.js';
import { TimelineTable } from './timeline-table.js';

interface TimelineProps {
  readonly device: LoadedDevice;
  /** Milliseconds since the epoch. The timeline ends now. */
  readonly from: number;
  readonly timeRange: TimeRange;
  readonly onTimeRangeChange: (timeRange: TimeRange) => void;
}

/** When a device was online and offline, and why, as a bar and as a table. */
export function Timeline({ device, from, timeRange, onTimeRangeChange }: TimelineProps) {
  const { t, i18n } = useTranslation();
  const last = device.history.at(-1)?.at;
  // A transition may be newer than the last tick of the clock.
  const to = Math.max(useNow(), last ? Date.parse(last) : 0);
  const intervals = presenceIntervals(device, { from, to });
  const share = onlineShare(intervals);
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
      {isTruncated(device.history) && (
        <Alert color="orange" variant="light">
          {t('device.truncated')}
        </Alert>
      )}
      <TimelineBar intervals={intervals} from={from} to={to} />
      <TimelineTable intervals={intervals} />
    </Stack>
  );
}
