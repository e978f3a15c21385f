import { z } from 'zod';

/** A phone as devices send it: text, or a JSON number. Its form is for the service to check. */
export const phoneField = z.union([z.string(), z.int().positive().transform(String)]);

/** A 32-bit integer, also as the text of a form field. */
export const integerField = z.union([
  z.int32(),
  z
    .string()
    .regex(/^-?\d{1,10}$/)
    .transform(Number)
    .pipe(z.int32()),
]);

/** A boolean, also as the text of a form field. */
export const booleanField = z.union([
  z.boolean(),
  z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }),
]);

/**
 * What to say about the first parameter that is absent, null or empty; undefined when all are there.
 * @param messages by parameter name, in the order of the checks.
 */
export const firstMissing = (
  parameters: Readonly<Record<string, unknown>>,
  messages: Readonly<Record<string, string>>,
): string | undefined =>
  Object.entries(messages).find(([name]) =>
    [undefined, null, ''].some((nothing) => parameters[name] === nothing),
  )?.[1];
