import 'uplot/dist/uPlot.min.css';
import { Card, Group, Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { timeOfDay } from '../../time/format.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';

const HEIGHT = 108;
/** Beats come in bunches: the rate is that of some seconds. */
const RATE_SECONDS = 5;
/** A time that is so near to the end would be cut off. */
const LABEL_SECONDS = 16;

/** Heartbeats of the last minutes as they come. */
export function HeartbeatChart({ fleet }: { fleet: Fleet }) {
  const { t, i18n } = useTranslation();
  const rate = useSyncExternalStore(fleet.subscribe, () => currentRate(fleet));
  const quiet = useQuiet(fleet);
  const shown = rate?.toLocaleString(i18n.language, { maximumFractionDigits: rate < 10 ? 1 : 0 });
  const alt = shown ? t('fleet.chart.alt', { rate: shown }) : t('fleet.chart.title');
  return (
    <Card padding="md" className={classes.chart}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" c="dimmed">
          {t('fleet.chart.title')}
        </Text>
        {!quiet && shown && (
          <Text size="sm" fw={600}>
            {t('fleet.chart.now', { rate: shown })}
          </Text>
        )}
      </Group>
      <figure className={classes.plot} aria-label={quiet ?? alt}>
        <Plot fleet={fleet} />
        {quiet && (
          <Text size="sm" c="dimmed" className={classes.quiet} aria-hidden>
            {quiet}
          </Text>
        )}
      </figure>
    </Card>
  );
}

/** That there was no heartbeat, as far as that was watched; null where there was one, or nobody knows. */
function useQuiet(fleet: Fleet): string | null {
  const { t, i18n } = useTranslation();
  const quiet = useSyncExternalStore(fleet.subscribe, () => {
    const now = Date.now();
    return fleet.heartbeats.sum(now) === 0 ? fleet.heartbeats.observedSince(now) : null;
  });
  if (quiet === null) return null;
  if (quiet === 'all') return t('fleet.chart.quiet');
  return t('fleet.chart.quietSince', { time: timeOfDay(new Date(quiet), i18n.language) });
}

function Plot({ fleet }: { fleet: Fleet }) {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours that are read are those of the scheme.
  useEffect(() => {
    const { current } = place;
    if (!current) return;
    const plot = new uPlot(options(current, i18n.language), seriesOf(fleet), current);
    let drawn = 0;
    const draw = () => {
      const second = Math.floor(Date.now() / 1000);
      if (second === drawn) return;
      drawn = second;
      plot.setData(seriesOf(fleet));
    };
    const unsubscribe = fleet.subscribe(draw);
    const sizes = new ResizeObserver(([entry]) => {
      if (entry) plot.setSize({ width: entry.contentRect.width, height: HEIGHT });
    });
    sizes.observe(current);
    return () => {
      unsubscribe();
      sizes.disconnect();
      plot.destroy();
    };
  }, [fleet, scheme, i18n.language]);
  return <div ref={place} />;
}

const seriesOf = (fleet: Fleet): uPlot.AlignedData => {
  const { seconds, counts } = fleet.heartbeats.series(Date.now());
  return [seconds, counts];
};

/** Null where none of the latest seconds was watched. */
function currentRate(fleet: Fleet): number | null {
  const recent = fleet.heartbeats.series(Date.now()).counts.slice(-RATE_SECONDS);
  const counted = recent.filter((count) => count !== null);
  return counted.length > 0 ? counted.reduce((sum, count) => sum + count, 0) / counted.length : null;
}

function options(place: HTMLElement, language: string): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--mantine-color-dimmed'),
    font: `11px ${style.fontFamily}`,
    ticks: { show: false },
    grid: { stroke: colour('--grid'), width: 1 },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 0, 0, 0],
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.15)] } },
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
