import { Text } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { FleetHistoryDocument, type HistoryRange } from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { Loading } from '../../../ui/loading.js';
import type { Fleet } from '../live/fleet.js';
import type { HeartbeatFeed } from '../live/heartbeat-feed.js';
import { refreshMs } from './activity-range.js';
import classes from './history.module.css';
import { HistoryPlot } from './history-plot.js';
import { type FleetHistory, samplesOf } from './history-series.js';
import { HistoryTable } from './history-table.js';
import { useSampleText } from './sample-text.js';
import { useLiveValues } from './use-live-values.js';

interface HistoryProps {
  readonly range: HistoryRange;
  readonly fleet: Fleet;
  readonly feed: HeartbeatFeed;
  /** Whether the fleet is not filtered: the history is of all devices. */
  readonly isWhole: boolean;
}

/** The heartbeats of all devices and how many were online, over an hour, a day or a month. */
export function History({ range, ...live }: HistoryProps) {
  const [{ data, error }, reload] = useQuery({ query: FleetHistoryDocument, variables: { range } });
  useEffect(() => {
    const refresh = () => !document.hidden && reload({ requestPolicy: 'network-only' });
    const timer = setInterval(refresh, refreshMs[range]);
    return () => clearInterval(timer);
  }, [range, reload]);
  if (error && !data) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) {
    return (
      <div className={classes.loading}>
        <Loading />
      </div>
    );
  }
  return (
    <>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      <Plots history={data.fleetHistory} range={range} {...live} />
      <HistoryTable history={data.fleetHistory} range={range} />
    </>
  );
}

interface PlotsProps extends HistoryProps {
  readonly history: FleetHistory;
}

/** Two charts of the same time: a moment that is selected in one is selected in both. */
function Plots({ history, range, fleet, feed, isWhole }: PlotsProps) {
  const { t } = useTranslation();
  const live = useLiveValues(fleet, feed, isWhole);
  const [selected, setSelected] = useState<number | null>(null);
  const samples = useMemo(() => samplesOf(history, live), [history, live]);
  const text = useSampleText(range);
  const series = useMemo(() => {
    const times = samples.map(({ at }) => at);
    return {
      online: {
        times,
        line: samples.map(({ online }) => online),
        band: {
          min: samples.map(({ onlineMin }) => onlineMin),
          max: samples.map(({ onlineMax }) => onlineMax),
        },
      },
      heartbeats: { times, line: samples.map(({ heartbeats }) => heartbeats) },
    };
  }, [samples]);
  const shown = selected === null ? null : Math.min(selected, samples.length - 1);
  const shared = { selected: shown, onSelect: setSelected };
  return (
    <>
      {history.points.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('fleet.history.none')}
        </Text>
      )}
      <div className={classes.plots}>
        <HistoryPlot
          title={t('fleet.history.online')}
          series={series.online}
          colour="--online"
          describe={(index) => text.online(samples[index])}
          {...shared}
        />
        <HistoryPlot
          title={t('fleet.history.heartbeats')}
          series={series.heartbeats}
          colour="--beats"
          describe={(index) => text.heartbeats(samples[index])}
          {...shared}
        />
      </div>
    </>
  );
}
