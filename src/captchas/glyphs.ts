/** A point; x to the right, y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The cap height of every glyph. The left edge is x = 0; widths differ. */
export const glyphHeight = 30;

/**
 * The characters of random answers. It excludes characters that people confused in samples, because a curve or a
 * turn makes one look like another: A H 4, H K, X Y K, Y T 7, J U V, P F R E, and the usual 0 O D Q, 1 I L, 2 Z,
 * 5 S, 6 G, 8 B. Four of the sixteen make 65,536 answers: brute force is stopped by the failure budget.
 */
export const alphabet = '23456789CEKMNRUW';

/**
 * A stroke font, because servers often have no fonts, and strokes (unlike outlines) keep their width when distorted.
 * Each value is SVG path data (absolute M, L, Q) that any SVG viewer shows. The font has all letters and digits,
 * because CAPTCHA_FIXED_CODE may contain them.
 */
const paths = {
  '0': 'M9 0 Q0 0 0 15 Q0 30 9 30 Q18 30 18 15 Q18 0 9 0 M5 22 L13 8',
  '1': 'M0 7 L8 0 L8 30 M0 30 L16 30',
  '2': 'M0 7 Q1 0 9 0 Q18 0 18 8 Q18 14 8 22 L0 30 L18 30',
  '3': 'M1 4 Q4 0 9 0 Q17 0 17 7 Q17 14 8 14 Q18 14 18 22 Q18 30 9 30 Q3 30 0 25',
  '4': 'M13 30 L13 0 L0 21 L19 21',
  '5': 'M16 0 L3 0 L1 13 Q5 11 9 11 Q18 11 18 20 Q18 30 8 30 Q3 30 0 26',
  '6': 'M15 1 Q0 4 0 20 Q0 30 9 30 Q18 30 18 21 Q18 13 9 13 Q2 13 0 20',
  '7': 'M0 0 L18 0 L6 30',
  '8': 'M9 14 Q1 13 1 7 Q1 0 9 0 Q17 0 17 7 Q17 13 9 14 Q0 15 0 22 Q0 30 9 30 Q18 30 18 22 Q18 15 9 14',
  '9': 'M3 29 Q18 26 18 10 Q18 0 9 0 Q0 0 0 9 Q0 17 9 17 Q16 17 18 10',
  A: 'M0 30 L10 0 L20 30 M4 20 L16 20',
  B: 'M0 14 L9 14 Q17 14 17 7 Q17 0 9 0 L0 0 L0 30 L9 30 Q18 30 18 22 Q18 14 9 14',
  C: 'M19 6 Q16 0 10 0 Q0 0 0 15 Q0 30 10 30 Q16 30 19 24',
  D: 'M0 0 L0 30 L7 30 Q20 30 20 15 Q20 0 7 0 L0 0',
  E: 'M17 0 L0 0 L0 30 L17 30 M0 15 L14 15',
  F: 'M17 0 L0 0 L0 30 M0 15 L14 15',
  G: 'M19 6 Q16 0 10 0 Q0 0 0 15 Q0 30 10 30 Q20 30 20 17 L12 17',
  H: 'M0 0 L0 30 M18 0 L18 30 M0 15 L18 15',
  I: 'M0 0 L12 0 M6 0 L6 30 M0 30 L12 30',
  J: 'M6 0 L18 0 M14 0 L14 21 Q14 30 7 30 Q0 30 0 22',
  K: 'M0 0 L0 30 M18 0 L0 18 M6 12.5 L18 30',
  L: 'M0 0 L0 30 L16 30',
  M: 'M0 30 L2 0 L11 20 L20 0 L22 30',
  N: 'M0 30 L0 0 L18 30 L18 0',
  O: 'M10 0 Q0 0 0 15 Q0 30 10 30 Q20 30 20 15 Q20 0 10 0',
  P: 'M0 30 L0 0 L9 0 Q18 0 18 8 Q18 16 9 16 L0 16',
  Q: 'M10 0 Q0 0 0 15 Q0 30 10 30 Q20 30 20 15 Q20 0 10 0 M12 22 L21 32',
  R: 'M0 30 L0 0 L9 0 Q18 0 18 8 Q18 16 9 16 L0 16 M8 16 L18 30',
  S: 'M18 5 Q15 0 9 0 Q1 0 1 7 Q1 13 9 14 Q18 16 18 22 Q18 30 9 30 Q2 30 0 24',
  T: 'M0 0 L20 0 M10 0 L10 30',
  U: 'M0 0 L0 19 Q0 30 9 30 Q18 30 18 19 L18 0',
  V: 'M0 0 L10 30 L20 0',
  W: 'M0 0 L5 30 L12 9 L19 30 L24 0',
  X: 'M0 0 L18 30 M18 0 L0 30',
  Y: 'M0 0 L10 15 L20 0 M10 15 L10 30',
  Z: 'M0 0 L18 0 L0 30 L18 30',
} as const;

const strokesOf = new Map(Object.entries(paths).map(([character, path]) => [character, flatten(path)]));

/** The glyph as polylines, dense enough to be distorted. @throws RangeError for anything but A–Z, a–z and 0–9 */
export function glyphStrokes(character: string): readonly (readonly Point[])[] {
  const strokes = strokesOf.get(character.toUpperCase());
  if (!strokes) throw new RangeError(`No glyph for ${JSON.stringify(character)}.`);
  return strokes;
}

function flatten(path: string): Point[][] {
  const strokes: Point[][] = [];
  let stroke: Point[] = [];
  let last: Point = { x: 0, y: 0 };
  for (const [, command, numbers = ''] of path.matchAll(/([MLQ])([^MLQ]*)/g)) {
    const [a = 0, b = 0, c = a, d = b] = numbers.trim().split(' ').map(Number);
    const end = { x: c, y: d };
    if (command === 'M') {
      stroke = [end];
      strokes.push(stroke);
    } else stroke.push(...curve(last, command === 'Q' ? { x: a, y: b } : middle(last, end), end));
    last = end;
  }
  return strokes;
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** Points of a quadratic Bézier curve after its start. With the control point in the middle, it is a line. */
function curve(start: Point, control: Point, end: Point, steps = 12): Point[] {
  return Array.from({ length: steps }, (_, i) => {
    const t = (i + 1) / steps;
    const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    return { x: p * start.x + q * control.x + r * end.x, y: p * start.y + q * control.y + r * end.y };
  });
}
