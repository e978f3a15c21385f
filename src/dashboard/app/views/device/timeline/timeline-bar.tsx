import { Box, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { duration } from '../../../time/duration.js';
import { exactTime } from '../../../time/format.js';
import { intervalKind, useIntervalLabel } from './interval-label.js';
import type { PresenceInterval } from './presence-intervals.js';
import { ticks } from './time-range.js';
import classes from './timeline.module.css';

interface TimelineBarProps {
  readonly intervals: readonly PresenceInterval[];
  /** In milliseconds since the epoch, like `to`. */
  readonly from: number;
  readonly to: number;
}

/** Axis labels further right, in percent, would be cut off. */
const LAST_LABEL = 93;

/** Intervals as a coloured bar over a time axis. `TimelineTable` has the same in words. */
export function TimelineBar({ intervals, from, to }: TimelineBarProps) {
  const { t, i18n } = useTranslation();
  const label = useIntervalLabel();
  const percent = (length: number) => (length / (to - from)) * 100;
  return (
    <Box>
      <div className={classes.bar} role="img" aria-label={t('device.timelineAlt')}>
        {intervals.map((interval) => (
          <Tooltip
            key={interval.from}
            multiline
            openDelay={0}
            label={
              <>
                <div>{`${label(interval)}, ${duration(interval.to - interval.from, i18n.language)}`}</div>
                <div>{exactTime(new Date(interval.from), i18n.language)}</div>
              </>
            }
          >
            <div
              className={classes.interval}
              data-kind={intervalKind(interval)}
              style={{
                // Keeps an interval that has just begun visible at the right end.
                left: `min(${percent(interval.from - from)}%, 100% - 2px)`,
                width: `${percent(interval.to - interval.from)}%`,
              }}
            />
          </Tooltip>
        ))}
      </div>
      <div className={classes.axis} aria-hidden>
        {ticks(from, to)
          .filter(({ at }) => percent(at - from) <= LAST_LABEL)
          .map(({ at, isDay }) => (
            <span key={at} className={classes.tick} style={{ left: `${percent(at - from)}%` }}>
              {tickLabel(at, isDay, i18n.language)}
            </span>
          ))}
      </div>
      <Legend intervals={intervals} />
    </Box>
  );
}

/** The kinds of intervals that occur, each with its colour. */
function Legend({ intervals }: { intervals: readonly PresenceInterval[] }) {
  const label = useIntervalLabel();
  const kinds = new Map(intervals.map((interval) => [intervalKind(interval), label(interval)]));
  return (
    <Group gap="md" mt="xs" aria-hidden>
      {[...kinds].map(([kind, text]) => (
        <Group key={kind} gap={6} wrap="nowrap">
          <span className={classes.swatch} data-kind={kind} />
          <Text size="xs" c="dimmed">
            {text}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

function tickLabel(at: number, isDay: boolean, language: string): string {
  const options = isDay
    ? ({ month: 'short', day: 'numeric' } as const)
    : ({ hour: '2-digit', minute: '2-digit', hour12: false } as const);
  return new Intl.DateTimeFormat(language, options).format(at);
}
