import { isIP } from 'node:net';
import { z } from 'zod';

export const SECOND = 1000;
const unitMs: Record<string, number> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86_400 * SECOND,
};

/** `30s`, `15m`, `6h`, `30d` → milliseconds. */
export const duration = (minimumMs: number) =>
  z
    .string()
    .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'must be a number and a unit: ms, s, m, h or d, such as 30s')
    .transform((text) => Number.parseInt(text, 10) * (unitMs[text.replace(/\d/g, '')] ?? 0))
    .refine((ms) => ms >= minimumMs, `must be at least ${minimumMs} ms`);

export const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= minimum && n <= maximum, `must be from ${minimum} to ${maximum}`);

const unitBytes: Record<string, number> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `512MiB`, `4GiB`, `1048576` → bytes. */
export const byteSize = z
  .string()
  .regex(/^[1-9]\d{0,9}(KiB|MiB|GiB)?$/, 'must be a number of bytes, KiB, MiB or GiB, such as 4GiB')
  .transform((text) => Number.parseInt(text, 10) * (unitBytes[text.replace(/\d/g, '')] ?? 0));

export const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

export const httpUrl = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https URL');

export const proxy = (item: string) =>
  ['loopback', 'linklocal', 'uniquelocal'].includes(item) ||
  (isIP(item.split('/')[0] ?? '') !== 0 && /^[^/]+(\/\d{1,3})?$/.test(item));

export const knownZone = (zone: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
