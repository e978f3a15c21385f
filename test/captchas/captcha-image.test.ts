import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas';
import { captchaSize, drawCaptcha, randomAnswer } from '../../src/captchas/captcha-image.js';
import { alphabet, glyphStrokes } from '../../src/captchas/glyphs.js';
import { randomFrom } from '../support/random.js';

const run = promisify(execFile);

describe('drawCaptcha', () => {
  test('draws a PNG of the declared size and at most 10 KB', async () => {
    const png = await drawCaptcha('2K8E', randomFrom(1));
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([captchaSize.width, captchaSize.height]);
    expect(png.length).toBeLessThan(10_000);
  });

  test('draws a different image each time for the same answer', async () => {
    const [one, other] = await Promise.all([drawCaptcha('2K8E'), drawCaptcha('2K8E')]);
    expect(one.equals(other)).toBe(false);
  });

  test('ignores the case of the answer', async () => {
    expect(await drawCaptcha('2k8e', randomFrom(1))).toEqual(await drawCaptcha('2K8E', randomFrom(1)));
  });

  test('draws all digits and letters, and rejects other characters', async () => {
    for (const answer of ['0123456789', 'ABCDEFGHIJKLM', 'nopqrstuvwxyz', '123456']) {
      expect((await drawCaptcha(answer)).length).toBeGreaterThan(0);
    }
    expect(() => drawCaptcha('2K8?')).toThrow(RangeError);
  });

  test('has distinct glyphs for all characters of the alphabet', () => {
    const drawn = [...alphabet].map((character) => ({ character, pixels: dark(plain(character, 40)) }));
    const alike = drawn.flatMap((one) =>
      drawn
        .filter((other) => other !== one)
        .filter((other) => one.pixels.filter((pixel, i) => pixel !== other.pixels[i]).length < 100)
        .map((other) => one.character + other.character),
    );
    expect(alike).toEqual([]);
  });
});

test('random answers have four characters, uniform over the alphabet', () => {
  const counts = new Map<string, number>();
  const answers = Array.from({ length: 4000 }, randomAnswer);
  for (const character of answers.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(new Set(answers.map((answer) => answer.length))).toEqual(new Set([4]));
  expect([...counts.keys()].sort().join('')).toBe(alphabet);
  const expected = 16_000 / alphabet.length;
  // Chi-squared, 15 degrees of freedom: a uniform generator exceeds 60 about once in five million runs.
  const deviation = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(deviation).toBeLessThan(60);
});

const installed = spawnSync('tesseract', ['--version']).status === 0;
const mayBeSkipped = !installed && !process.env.CI;

(mayBeSkipped ? describe.skip : describe)('tesseract (skipped unless tesseract-ocr is installed)', () => {
  // Every run measures the same 200 images.
  const random = randomFrom(20_240_601);
  const answers = Array.from({ length: 200 }, () =>
    Array.from({ length: 4 }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join(''),
  );
  let folder: string;
  let images: Buffer[];

  beforeAll(async () => {
    if (!installed) throw new Error('tesseract is not installed: apt-get install tesseract-ocr');
    folder = await mkdtemp(join(tmpdir(), 'captchas-'));
    images = await Promise.all(answers.map((answer) => drawCaptcha(answer, random)));
  });
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  test('reads most undistorted answers, which shows that the measurement is valid', async () => {
    const hits = await countRead(folder, answers, answers.map(plainImage), 8);
    expect(hits).toBeGreaterThan(100);
  });

  test.each([6, 7, 8])('reads at most 5 % of 200 images (page segmentation mode %i)', async (mode) => {
    expect(await countRead(folder, answers, images, mode)).toBeLessThanOrEqual(10);
  });

  test('reads at most 5 % of 200 images that were enlarged and thresholded', async () => {
    const cleaned = await Promise.all(images.map(thresholded));
    expect(await countRead(folder, answers, cleaned, 8)).toBeLessThanOrEqual(10);
  });
});

/** How many images tesseract reads correctly if it knows the alphabet. Runs in two processes. */
async function countRead(folder: string, answers: string[], images: Buffer[], mode: number): Promise<number> {
  const files = images.map((_, i) => join(folder, `${i}.png`));
  await Promise.all(images.map((image, i) => writeFile(join(folder, `${i}.png`), image)));
  const half = Math.ceil(files.length / 2);
  const texts = await Promise.all(
    [files.slice(0, half), files.slice(half)].map(async (part, i) => {
      const list = join(folder, `list${i}.txt`);
      await writeFile(list, `${part.join('\n')}\n`);
      const options = ['--psm', String(mode), '-c', `tessedit_char_whitelist=${alphabet}`];
      const env = { ...process.env, OMP_THREAD_LIMIT: '1' };
      const { stdout } = await run('tesseract', [list, 'stdout', ...options], { env });
      const pages = stdout.split('\f').slice(0, part.length);
      expect(pages).toHaveLength(part.length);
      return pages;
    }),
  );
  return texts.flat().filter((text, i) => text.replace(/\s/g, '') === answers[i]).length;
}

/** The text in black on white, undistorted and spaced. */
function plain(text: string, width: number): Canvas {
  const canvas = createCanvas(width, 50);
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, width, 50);
  pen.lineWidth = 4;
  [...text].forEach((character, i) => {
    for (const [start, ...rest] of glyphStrokes(character)) {
      if (start) pen.moveTo(10 + i * 35 + start.x, 10 + start.y);
      for (const { x, y } of rest) pen.lineTo(10 + i * 35 + x, 10 + y);
    }
  });
  pen.stroke();
  return canvas;
}

function plainImage(text: string): Buffer {
  return plain(text, 160).toBuffer('image/png');
}

function dark(canvas: Canvas): boolean[] {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => (data[i * 4 + 1] ?? 0) < 128);
}

/** Three times the size and in black and white, as an attacker would prepare it. */
async function thresholded(png: Buffer): Promise<Buffer> {
  const canvas = createCanvas(captchaSize.width * 3, captchaSize.height * 3);
  const pen = canvas.getContext('2d');
  pen.drawImage(await loadImage(png), 0, 0, canvas.width, canvas.height);
  const image = pen.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < image.data.length; i += 4) {
    const [red = 0, green = 0, blue = 0] = image.data.subarray(i, i + 3);
    image.data.fill(0.3 * red + 0.59 * green + 0.11 * blue < 170 ? 0 : 255, i, i + 3);
  }
  pen.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}
