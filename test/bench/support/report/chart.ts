import type { Curve } from './curve.ts';
import { numberText } from './report.ts';

const [WIDTH, HEIGHT] = [720, 400];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 190, 40, 50];
/** Of Okabe and Ito: they differ for people who are colour-blind. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

/** A chart in SVG, with both axes logarithmic: a cost that does not grow is a flat line. */
export function chart({ title, xLabel, unit, series, limit }: Curve): string {
  const points = Object.values(series).flat();
  const x = scale(
    points.map(([at]) => at),
    LEFT,
    WIDTH - RIGHT,
  );
  const costs = points.map(([, cost]) => cost);
  const y = scale(limit === undefined ? costs : [...costs, limit], HEIGHT - BOTTOM, TOP);
  const lines = Object.entries(series).map(([name, line], index) => {
    // Colours that come again are dashed.
    const dashes = index < COLOURS.length ? '' : ' stroke-dasharray="8 3"';
    const style = `fill="none" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="2"${dashes}`;
    const path = line.map(([at, cost]) => `${x.of(at)},${y.of(cost)}`).join(' ');
    const legend = TOP + 18 * index;
    return (
      `<polyline points="${path}" ${style}/>` +
      `<path d="M${WIDTH - RIGHT + 12} ${legend}h24" ${style}/>` +
      `<text x="${WIDTH - RIGHT + 42}" y="${legend + 4}">${escaped(name)}</text>`
    );
  });
  const bound =
    limit === undefined
      ? ''
      : `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.of(limit)}" y2="${y.of(limit)}" stroke="#888" stroke-dasharray="4"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${escaped(title)}, ${escaped(unit)}</text>`,
    ...x.ticks.map(
      (tick) =>
        `<text x="${x.of(tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${tick.toLocaleString('en')}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.of(tick)}" y2="${y.of(tick)}" stroke="#ddd"/>` +
        `<text x="${LEFT - 8}" y="${y.of(tick) + 4}" text-anchor="end">${numberText(tick)}</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(xLabel)}</text>`,
    bound,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

/** Maps numbers to pixels, whole powers of ten at the ends. Zero and less are drawn as the smallest positive number. */
function scale(numbers: readonly number[], from: number, to: number) {
  const positive = numbers.filter((number) => number > 0);
  const first = Math.floor(Math.log10(Math.min(...positive)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const of = (number: number) => {
    const exponent = Math.log10(Math.max(number, 10 ** first));
    return Math.round(from + ((exponent - first) / (last - first)) * (to - from));
  };
  return { of, ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)) };
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '');
