import type uPlot from 'uplot';

const HEIGHT = 132;
const DAY_SECONDS = 86_400;

export interface PlotColours {
  readonly line: string;
  readonly text: string;
  readonly grid: string;
  /** Of labels, as CSS has it. */
  readonly font: string;
}

/** @param hasBand whether a greatest and a least value follow the line. */
export function plotOptions(
  container: HTMLElement,
  { line, text, grid, font }: PlotColours,
  language: string,
  hasBand: boolean,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: text,
    font: `11px ${font}`,
    ticks: { show: false },
    grid: { stroke: grid, width: 1 },
  };
  const edge: uPlot.Series = { stroke: 'transparent', points: { show: false } };
  const soft = `color-mix(in srgb, ${line} 18%, transparent)`;
  return {
    width: container.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
    padding: [8, 12, 0, 0],
    scales: {
      // The whole range, even if the gateway ran only lately.
      x: { range: ({ data: [times] }) => [times[0] ?? 0, times.at(-1) ?? 1] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        space: 64,
        values: (_plot, seconds, _axis, _space, step) =>
          seconds.map((second) => timeLabel(second * 1000, step >= DAY_SECONDS, language)),
      },
      {
        ...axis,
        size: 46,
        space: 30,
        values: (_plot, values) => values.map((value) => short(value, language)),
      },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 1.75,
        ...(hasBand ? {} : { fill: soft }),
        points: { size: 4, fill: line, filter: isolated },
      },
      ...(hasBand ? [edge, edge] : []),
    ],
    ...(hasBand ? { bands: [{ series: [2, 3] as [number, number], fill: soft }] } : {}),
  };
}

/** Values between two gaps, which no line shows. */
const isolated: uPlot.Series.Points.Filter = ({ data }, series) => {
  const values = [...(data[series] ?? [])];
  return values.flatMap((value, index) =>
    value != null && values[index - 1] == null && values[index + 1] == null ? [index] : [],
  );
};

function timeLabel(at: number, isDay: boolean, language: string): string {
  const options = isDay
    ? ({ month: 'short', day: 'numeric' } as const)
    : ({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const);
  return new Intl.DateTimeFormat(language, options).format(at);
}

const short = (value: number, language: string): string =>
  new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
