import { z } from 'zod';

/** A phone as a string or a JSON number. The service checks its form. */
export const phoneField = z.union([z.string(), z.int().positive().transform(String)]);

/** A code as a string or a JSON number, which has no leading zeros. */
export const codeField = z.union([z.string(), z.int().nonnegative().transform(String)]);

/** A 32-bit integer as a JSON number or the text of a form field. */
export const integerField = z.union([
  z.int32(),
  z
    .string()
    .regex(/^-?\d{1,10}$/)
    .transform(Number)
    .pipe(z.int32()),
]);

/** A boolean as a JSON boolean or the text of a form field. */
export const booleanField = z.union([
  z.boolean(),
  z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }),
]);
