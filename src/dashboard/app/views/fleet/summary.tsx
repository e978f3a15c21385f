import { Card, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { timeOfDay } from '../../time/format.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';
import { useFleetSnapshot } from './use-fleet.js';

/** How many devices are online, offline and there at all; and what came and went in the last minute. */
export function Summary({ fleet }: { fleet: Fleet }) {
  const { t, i18n } = useTranslation();
  const { counts, cameOnline: came, wentOffline: went, countedSince } = useFleetSnapshot(fleet);
  const time = countedSince === null ? null : timeOfDay(new Date(countedSince), i18n.language);
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <dl className={classes.summary}>
      <Figure name={t('fleet.online')} colour="var(--online)" value={counts?.online}>
        <Change mark="↑" count={came} span={time ? t('fleet.soFar') : t('fleet.lastMinute')}>
          {time ? t('fleet.cameSince', { count: came, time }) : t('fleet.came', { count: came })}
        </Change>
      </Figure>
      <Figure name={t('fleet.offline')} colour="var(--offline)" value={counts?.offline}>
        <Change mark="↓" count={went} span={time ? t('fleet.soFar') : t('fleet.lastMinute')}>
          {time ? t('fleet.wentSince', { count: went, time }) : t('fleet.went', { count: went })}
        </Change>
      </Figure>
      <Figure name={t('fleet.total')} value={counts?.total}>
        {counts && counts.total > 0
          ? t('fleet.share', { percent: share.format(counts.online / counts.total) })
          : '—'}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  /** Undefined until it is known. */
  readonly value: number | undefined;
  readonly colour?: string;
  readonly children: ReactNode;
}

function Figure({ name, value, colour, children }: FigureProps) {
  const { i18n } = useTranslation();
  return (
    <Card padding="md" className={classes.figure}>
      <Text component="dt" size="sm" c="dimmed" className={classes.figureName}>
        {colour && <span className={classes.dot} style={{ background: colour }} aria-hidden />}
        {name}
      </Text>
      <Text component="dd" className={classes.figureValue}>
        {value === undefined ? (
          <Skeleton height={28} width={64} my={4} />
        ) : (
          value.toLocaleString(i18n.language)
        )}
      </Text>
      <Text component="dd" size="xs" c="dimmed" m={0} truncate>
        {children}
      </Text>
    </Card>
  );
}

interface ChangeProps {
  readonly mark: string;
  readonly count: number;
  /** The time that is counted, in short; the children say all of it. */
  readonly span: string;
  readonly children: string;
}

function Change({ mark, count, span, children }: ChangeProps) {
  const { i18n } = useTranslation();
  return (
    <span title={children}>
      <span aria-hidden>
        {mark} {count.toLocaleString(i18n.language)} {span}
      </span>
      <span className={classes.unseen}>{children}</span>
    </span>
  );
}
