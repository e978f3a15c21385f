import 'uplot/dist/uPlot.min.css';
import { Text, useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import classes from './history.module.css';
import { type PlotColours, plotOptions } from './plot-options.js';

/** Values over time: a line, and where there is a range of values, the area from the least to the greatest. */
export interface PlotSeries {
  /** Milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly line: readonly (number | null)[];
  readonly band?: {
    readonly min: readonly (number | null)[];
    readonly max: readonly (number | null)[];
  };
}

interface HistoryPlotProps {
  readonly title: string;
  readonly series: PlotSeries;
  /** The name of a CSS variable. */
  readonly colour: string;
  /** The index that the user looks at; null for none. */
  readonly selected: number | null;
  readonly onSelect: (index: number | null) => void;
  /** The values at an index, in words. */
  readonly describe: (index: number) => string;
}

/** A chart whose values are shown where the user points, touches, or goes with the arrow keys. */
export function HistoryPlot({ title, series, colour, selected, onSelect, describe }: HistoryPlotProps) {
  const { plot, container } = usePlot(series, colour);
  const last = series.times.length - 1;
  const selectAt = ({ clientX }: PointerEvent) => {
    const { current } = plot;
    if (!current) return;
    onSelect(current.posToIdx(clientX - current.over.getBoundingClientRect().left));
  };
  const selectByKey = (event: KeyboardEvent) => {
    const index = indexByKey(event.key, selected ?? last, last);
    if (index === null) return;
    event.preventDefault();
    onSelect(index);
  };
  useEffect(() => {
    const { current } = plot;
    const time = selected === null ? undefined : series.times[selected];
    const left = current && time !== undefined ? current.valToPos(time / 1000, 'x') : -10;
    current?.setCursor({ left, top: 0 });
  }, [plot, series, selected]);
  const shown = selected ?? last;
  return (
    <figure className={classes.figure}>
      <figcaption>
        <Text size="sm" c="dimmed">
          {title}
        </Text>
      </figcaption>
      <div
        className={classes.plot}
        role="slider"
        tabIndex={0}
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown}
        aria-valuetext={describe(shown)}
        onKeyDown={selectByKey}
        onBlur={() => onSelect(null)}
        onPointerDown={selectAt}
        onPointerMove={selectAt}
        onPointerLeave={({ pointerType }) => pointerType === 'mouse' && onSelect(null)}
      >
        <div ref={container} />
        {selected !== null && <Tip share={selected / last}>{describe(selected)}</Tip>}
      </div>
    </figure>
  );
}

/** Stays within the chart, wherever the point is. @param share of the width, from 0 to 1. */
function Tip({ share, children }: { share: number; children: string }) {
  const percent = `${share * 100}%`;
  return (
    <div className={classes.tip} style={{ left: percent, transform: `translateX(-${percent})` }} aria-hidden>
      {children}
    </div>
  );
}

/** @returns null for keys that move nothing. */
function indexByKey(key: string, index: number, last: number): number | null {
  const moved: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowDown: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index + 1,
    PageDown: index - 10,
    PageUp: index + 10,
    Home: 0,
    End: last,
  };
  const to = moved[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), last);
}

/** Updates the chart for other values, and creates it again for another colour scheme or language. */
function usePlot(series: PlotSeries, colour: string) {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme();
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const hasBand = series.band !== undefined;
  const drawn = useRef(series);
  drawn.current = series;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides the colours that are read.
  useEffect(() => {
    const { current } = container;
    if (!current) return;
    const options = plotOptions(current, coloursOf(current, colour), i18n.language, hasBand);
    const created = new uPlot(options, dataOf(drawn.current), current);
    plot.current = created;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) created.setSize({ width: entry.contentRect.width, height: options.height });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      created.destroy();
      plot.current = null;
    };
  }, [colour, hasBand, scheme, i18n.language]);
  useEffect(() => plot.current?.setData(dataOf(series)), [series]);
  return { plot, container };
}

const dataOf = ({ times, line, band }: PlotSeries): uPlot.AlignedData => {
  const values = [[...line], ...(band ? [[...band.max], [...band.min]] : [])];
  return [times.map((at) => at / 1000), ...values];
};

function coloursOf(element: HTMLElement, colour: string): PlotColours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    line: read(colour),
    text: read('--mantine-color-dimmed'),
    grid: read('--grid'),
    font: style.fontFamily,
  };
}
