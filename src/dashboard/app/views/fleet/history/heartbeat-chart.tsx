import 'uplot/dist/uPlot.min.css';
import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { timeOfDay } from '../../../time/format.js';
import type { HeartbeatFeed } from '../live/heartbeat-feed.js';
import classes from './heartbeat-chart.module.css';

const HEIGHT = 108;
/** The current rate is an average, since heartbeats come in bunches. */
const RATE_SECONDS = 5;
/** Axis labels closer to the end would be cut off. */
const LABEL_SECONDS = 16;

/** Heartbeats per second over the last five minutes, live. */
export function HeartbeatChart({ feed }: { feed: HeartbeatFeed }) {
  const { t, i18n } = useTranslation();
  const rate = useSyncExternalStore(feed.subscribe, () => currentRate(feed));
  const quietText = useQuietText(feed);
  const rateText = rate?.toLocaleString(i18n.language, { maximumFractionDigits: rate < 10 ? 1 : 0 });
  const alt = rateText ? t('fleet.history.chart.alt', { rate: rateText }) : t('fleet.history.chart.title');
  return (
    <div className={classes.chart}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" c="dimmed">
          {t('fleet.history.chart.title')}
        </Text>
        {!quietText && rateText && (
          <Text size="sm" fw={600}>
            {t('fleet.history.chart.now', { rate: rateText })}
          </Text>
        )}
      </Group>
      <figure className={classes.plot} aria-label={quietText ?? alt}>
        <Plot feed={feed} />
        {quietText && (
          <Text size="sm" c="dimmed" className={classes.quiet} aria-hidden>
            {quietText}
          </Text>
        )}
      </figure>
    </div>
  );
}

/** The text for a chart without heartbeats; null if there were any, or if that is unknown. */
function useQuietText(feed: HeartbeatFeed): string | null {
  const { t, i18n } = useTranslation();
  const quietSince = useSyncExternalStore(feed.subscribe, () => {
    const now = Date.now();
    return feed.counter.sum(now) === 0 ? feed.counter.observedSince(now) : null;
  });
  if (quietSince === null) return null;
  if (quietSince === 'all') return t('fleet.history.chart.quiet');
  return t('fleet.history.chart.quietSince', { time: timeOfDay(new Date(quietSince), i18n.language) });
}

function Plot({ feed }: { feed: HeartbeatFeed }) {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const container = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides the colours that options() reads.
  useEffect(() => {
    const { current } = container;
    if (!current) return;
    const plot = new uPlot(options(current, i18n.language), seriesOf(feed), current);
    let drawnSecond = 0;
    const draw = () => {
      const second = Math.floor(Date.now() / 1000);
      if (second === drawnSecond) return;
      drawnSecond = second;
      plot.setData(seriesOf(feed));
    };
    const unsubscribe = feed.subscribe(draw);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) plot.setSize({ width: entry.contentRect.width, height: HEIGHT });
    });
    observer.observe(current);
    return () => {
      unsubscribe();
      observer.disconnect();
      plot.destroy();
    };
  }, [feed, scheme, i18n.language]);
  return <div ref={container} />;
}

const seriesOf = (feed: HeartbeatFeed): uPlot.AlignedData => {
  const { seconds, counts } = feed.counter.series(Date.now());
  return [seconds, counts];
};

/** Heartbeats per second; null if none of the latest seconds was observed. */
function currentRate(feed: HeartbeatFeed): number | null {
  const recent = feed.counter.series(Date.now()).counts.slice(-RATE_SECONDS);
  const observed = recent.filter((count) => count !== null);
  return observed.length > 0 ? observed.reduce((sum, count) => sum + count, 0) / observed.length : null;
}

function options(container: HTMLElement, language: string): uPlot.Options {
  const style = getComputedStyle(container);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--mantine-color-dimmed'),
    font: `11px ${style.fontFamily}`,
    ticks: { show: false },
    grid: { stroke: colour('--grid'), width: 1 },
  };
  return {
    width: container.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 0, 0, 0],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.15)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        space: 90,
        values: ({ scales }, seconds) =>
          seconds.map((second) =>
            second > (scales.x?.max ?? 0) - LABEL_SECONDS
              ? null
              : timeOfDay(new Date(second * 1000), language),
          ),
      },
      { ...axis, size: 40, space: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
    ],
    series: [
      {},
      { stroke: colour('--accent'), width: 1.75, fill: colour('--accent-soft'), points: { show: false } },
    ],
  };
}
