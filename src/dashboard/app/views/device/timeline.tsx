import { Alert, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../time/clock.js';
import type { ShownDevice } from './device-details.js';
import { isCut, onlineShare, stretchesOf } from './presence-intervals.js';
import { isSpan, type Span, spans } from './time-range.js';
import { TimelineBand } from './timeline-bar.js';
import { TimelineList } from './timeline-table.js';

interface TimelineProps {
  readonly device: ShownDevice;
  /** Since when, in milliseconds since the epoch; until now. */
  readonly from: number;
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
}

/** When a device was online and offline, and why: as a picture, and in words. */
export function Timeline({ device, from, span, onSpan }: TimelineProps) {
  const { t, i18n } = useTranslation();
  const last = device.history.at(-1)?.at;
  // The gateway's clock may be ahead of this one's.
  const to = Math.max(useNow(), last ? Date.parse(last) : 0);
  const stretches = stretchesOf(device, { from, to });
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
          data={spans.map((value) => ({ value, label: t(`device.spans.${value}`) }))}
          value={span}
          onChange={(value) => isSpan(value) && onSpan(value)}
        />
      </Group>
      {isCut(device.history) && (
        <Alert color="orange" variant="light">
          {t('device.cut')}
        </Alert>
      )}
      <TimelineBand stretches={stretches} from={from} to={to} />
      <TimelineList stretches={stretches} />
    </Stack>
  );
}
