import { Card, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { timeOfDay } from '../../time/format.js';
import classes from './fleet.module.css';
import type { Fleet } from './live/fleet.js';
import { useFleetSnapshot } from './live/use-fleet.js';

/** The numbers of online, offline and all devices, and of recent changes. */
export function Summary({ fleet }: { fleet: Fleet }) {
  const { t, i18n } = useTranslation();
  const { counts, cameOnline, wentOffline, countedSince } = useFleetSnapshot(fleet);
  const time = countedSince === null ? null : timeOfDay(new Date(countedSince), i18n.language);
  const period = time ? t('fleet.soFar') : t('fleet.lastMinute');
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <dl className={classes.summary}>
      <Figure name={t('domain.online')} colour="var(--online)" value={counts?.online}>
        <RecentChange arrow="↑" count={cameOnline} period={period}>
          {time
            ? t('fleet.cameOnlineSince', { count: cameOnline, time })
            : t('fleet.cameOnline', { count: cameOnline })}
        </RecentChange>
      </Figure>
      <Figure name={t('domain.offline')} colour="var(--offline)" value={counts?.offline}>
        <RecentChange arrow="↓" count={wentOffline} period={period}>
          {time
            ? t('fleet.wentOfflineSince', { count: wentOffline, time })
            : t('fleet.wentOffline', { count: wentOffline })}
        </RecentChange>
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
  /** Undefined while loading. */
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
      <Text component="dd" size="xs" c="dimmed" m={0}>
        {children}
      </Text>
    </Card>
  );
}

interface RecentChangeProps {
  readonly arrow: string;
  readonly count: number;
  readonly period: string;
  /** The whole sentence, for the tooltip and screen readers. */
  readonly children: string;
}

function RecentChange({ arrow, count, period, children }: RecentChangeProps) {
  const { i18n } = useTranslation();
  return (
    <span title={children}>
      <span aria-hidden>
        {arrow} {count.toLocaleString(i18n.language)} {period}
      </span>
      <span className={classes.visuallyHidden}>{children}</span>
    </span>
  );
}
