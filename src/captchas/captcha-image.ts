import { randomInt } from 'node:crypto';
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { alphabet, glyphHeight, glyphStrokes, type Point } from './glyphs.js';

/** In pixels. */
export const captchaSize = { width: 160, height: 60 } as const;

const answerLength = 4;
/** In pixels. The distractors are thinner, so that people tell them from the glyphs at a glance. */
const strokeWidth = { glyph: 4.6, distractor: 2.6 };

/** The margin on the left and right, in pixels. */
const minMargin = 8;

/** Uniform on [0, 1), as Math.random. */
type Random = () => number;

/** Four characters from the alphabet, chosen by the system's secure generator. */
export function randomAnswer(): string {
  return Array.from({ length: answerLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/**
 * A PNG of {@link captchaSize} that people can read and common OCR programs cannot: characters turn, slant and touch,
 * the line is wavy, and curves of the same colour cross it. The amounts were tuned with tesseract and with people who
 * typed samples; test any change with both. A network that is trained on such images reads nearly all of them, so a
 * solved one is no proof of a person (see `LoginThrottle`). Encoding runs off the main thread.
 *
 * @param answer digits and letters A–Z in any case; longer than four only for a fixed code.
 * @param random the source of the distortion. The image reveals it, so it need not be secure.
 * @throws RangeError for any other character.
 */
export function drawCaptcha(answer: string, random: Random = Math.random): Promise<Buffer> {
  const { width, height } = captchaSize;
  const canvas = createCanvas(width, height);
  const pen = canvas.getContext('2d');
  const hue = between(random, 0, 360);
  pen.fillStyle = `hsl(${hue + 180} 45% 93%)`;
  pen.fillRect(0, 0, width, height);
  pen.strokeStyle = `hsl(${hue} 65% 35%)`;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  const wave = waveDistortion(random);
  draw(
    pen,
    letters(answer, random).map((stroke) => stroke.map(wave)),
    strokeWidth.glyph,
  );
  draw(pen, distractors(random), strokeWidth.distractor);
  return canvas.encode('png');
}

/** The strokes of the answer, each character distorted on its own; centred, and narrowed if it is too wide. */
function letters(answer: string, random: Random): Point[][] {
  const placed: Point[][] = [];
  let right = 0;
  for (const character of answer) {
    const distorted = distort(glyphStrokes(character), random);
    const left = Math.min(...distorted.flat().map(({ x }) => x));
    const shift = right - left + between(random, 1.5, 4.5);
    placed.push(...distorted.map((stroke) => stroke.map(({ x, y }) => ({ x: x + shift, y }))));
    right = Math.max(...placed.flat().map(({ x }) => x));
  }
  const squeeze = Math.min(1, (captchaSize.width - 2 * minMargin) / right);
  const margin = (captchaSize.width - right * squeeze) / 2;
  return placed.map((stroke) => stroke.map(({ x, y }) => ({ x: x * squeeze + margin, y })));
}

function distort(strokes: readonly (readonly Point[])[], random: Random): Point[][] {
  const angle = between(random, -0.22, 0.22);
  const slant = between(random, -0.15, 0.15);
  const size = between(random, 1.1, 1.25);
  const baseline = captchaSize.height / 2 + between(random, -2.5, 2.5);
  const [cos, sin] = [size * Math.cos(angle), size * Math.sin(angle)];
  return strokes.map((stroke) =>
    stroke.map((point) => {
      const y = point.y - glyphHeight / 2;
      const x = point.x + slant * y;
      return { x: x * cos - y * sin, y: x * sin + y * cos + baseline };
    }),
  );
}

/** Curves across the whole width, through the middle of the characters. */
function distractors(random: Random): Point[][] {
  return [0.4, 0.6].map((level) => {
    const y = captchaSize.height * level;
    const [rise, length, phase] = [between(random, 6, 12), between(random, 70, 130), between(random, 0, 6.3)];
    return Array.from({ length: 41 }, (_, i) => {
      const x = (i * captchaSize.width) / 40;
      return { x, y: y + rise * Math.sin((x / length) * 2 * Math.PI + phase) };
    });
  });
}

/** Bends the whole line of characters in both directions. */
function waveDistortion(random: Random): (point: Point) => Point {
  const [phaseX, phaseY] = [between(random, 0, 6.3), between(random, 0, 6.3)];
  const [periodX, periodY] = [between(random, 40, 60), between(random, 40, 60)];
  return ({ x, y }) => ({
    x: x + 2 * Math.sin((y / periodX) * 2 * Math.PI + phaseX),
    y: y + 2.5 * Math.sin((x / periodY) * 2 * Math.PI + phaseY),
  });
}

function draw(pen: SKRSContext2D, strokes: readonly (readonly Point[])[], width: number): void {
  pen.lineWidth = width;
  pen.beginPath();
  for (const [start, ...rest] of strokes) {
    if (!start) continue;
    pen.moveTo(start.x, start.y);
    for (const { x, y } of rest) pen.lineTo(x, y);
  }
  pen.stroke();
}

function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}
