import { Box, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { duration } from '../../time/duration.js';
import { exactTime } from '../../time/format.js';
import { intervalKind, useIntervalLabel } from './interval-label.js';
import type { PresenceInterval } from './presence-intervals.js';
import { ticks } from './time-range.js';
import classes from './timeline.module.css';

interface TimelineBandProps {
  readonly stretches: readonly PresenceInterval[];
  readonly from: number;
  readonly to: number;
}

/** A label that begins later would not fit. */
const LAST_LABEL = 93;

/** A band over time, coloured by what was; the list below it says the same in words. */
export function TimelineBar({ stretches, from, to }: TimelineBandProps) {
  const { t, i18n } = useTranslation();
  const text = useIntervalLabel();
  const percent = (length: number) => (length / (to - from)) * 100;
  return (
    <Box>
      <div className={classes.band} role="img" aria-label={t('device.bandLabel')}>
        {stretches.map((stretch) => (
          <Tooltip
            key={stretch.from}
            multiline
            openDelay={0}
            label={
              <>
                <div>{`${text(stretch)}, ${duration(stretch.to - stretch.from, i18n.language)}`}</div>
                <div>{exactTime(new Date(stretch.from), i18n.language)}</div>
              </>
            }
          >
            <div
              className={classes.stretch}
              data-kind={intervalKind(stretch)}
              style={{
                // What has just begun is seen at the very end.
                left: `min(${percent(stretch.from - from)}%, 100% - 2px)`,
                width: `${percent(stretch.to - stretch.from)}%`,
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
      <Legend stretches={stretches} />
    </Box>
  );
}

/** The colours that the band has. */
function Legend({ stretches }: { stretches: readonly PresenceInterval[] }) {
  const text = useIntervalLabel();
  const kinds = new Map(stretches.map((stretch) => [intervalKind(stretch), text(stretch)]));
  return (
    <Group gap="md" mt="xs" aria-hidden>
      {[...kinds].map(([kind, label]) => (
        <Group key={kind} gap={6} wrap="nowrap">
          <span className={classes.swatch} data-kind={kind} />
          <Text size="xs" c="dimmed">
            {label}
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
