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
  /** Since when, in milliseconds since the epoch; until now. */
  readonly from: number;
  readonly span: TimeRange;
  readonly onSpan: (span: TimeRange) => void;
}

/** When a device was online and offline, and why: as a picture, and in words. */
export function Timeline({ device, from, span, onSpan }: TimelineProps) {
  const { t, i18n } = useTranslation();
  const last = device.history.at(-1)?.at;
  // The gateway's clock may be ahead of this one's.
  const to = Math.max(useNow(), last ? Date.parse(last) : 0);
  const stretches = presenceIntervals(device, { from, to });
  const share = onlineShare(stretches);
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
          aria-label={t('device.span')}
          data={timeRanges.map((value) => ({ value, label: t(`device.spans.${value}`) }))}
          value={span}
          onChange={(value) => isTimeRange(value) && onSpan(value)}
        />
      </Group>
      {isTruncated(device.history) && (
        <Alert color="orange" variant="light">
          {t('device.cut')}
        </Alert>
      )}
      <TimelineBar stretches={stretches} from={from} to={to} />
      <TimelineTable stretches={stretches} />
    </Stack>
  );
}
