import { z } from 'zod';

/** What `docs/settings.md` shows of a setting. */
interface SettingDoc extends Record<string, unknown> {
  /** Markdown. */
  readonly description: string;
  /** The effect of an optional setting that is not set. */
  readonly unset?: string;
}

export const doc = (description: string, unset?: string): SettingDoc =>
  unset === undefined ? { description } : { description, unset };

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const milliseconds = (text: string): number =>
  Number.parseInt(text, 10) * (unitMs[text.replace(/\d/g, '')] ?? 0);

/** `30s`, `15m`, `6h`, `30d` → milliseconds. */
export const duration = (minimum: string) =>
  z
    .string()
    .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'must be a number and a unit: ms, s, m, h or d, such as 30s')
    .transform(milliseconds)
    .refine((ms) => ms >= milliseconds(minimum), `must be at least ${minimum}`);

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

/** `a, b` → `['a', 'b']`. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

export const httpUrl = z
  .string()
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https URL');
