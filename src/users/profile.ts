import { z } from 'zod';
import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Gender } from './user.entity.js';

export const MAX_TEXT_LENGTH = 2000;

/** The fields that users can change themselves. Undefined leaves a field unchanged. */
export interface Profile {
  email?: string | null;
  name?: string | null;
  nickname?: string | null;
  avatarUrl?: string | null;
  gender?: Gender | null;
  signature?: string | null;
  brief?: string | null;
  type?: number | null;
}

/** Which emails an API accepts. The documented APIs accept any text and have no answer that refuses it. */
export type EmailPolicy = 'valid' | 'any';

/** As browsers validate it: https://html.spec.whatwg.org/#valid-e-mail-address */
const Email = z.email({ pattern: z.regexes.html5Email });

/** What a message says of text that is no email, after the name of the field. */
export const NOT_AN_EMAIL = 'must be an address such as li@example.com';

/** An empty email counts as absent. */
export const isEmail = (text: string): boolean => text === '' || Email.safeParse(text).success;

/** @throws DomainError INVALID_INPUT */
export function checkEmail(email: string | null | undefined, policy: EmailPolicy): void {
  if (email == null || policy === 'any' || isEmail(email)) return;
  throw new DomainError('INVALID_INPUT', `email ${NOT_AN_EMAIL}.`, { field: 'email' });
}

/** The profile fields that are not undefined. @throws DomainError INVALID_INPUT */
export function profileColumns({
  email,
  name,
  nickname,
  avatarUrl,
  gender,
  signature,
  brief,
  type,
}: Profile) {
  const given = Object.entries({ email, name, nickname, avatarUrl, gender, signature, brief, type }).filter(
    ([, value]) => value !== undefined,
  );
  const columns = Object.fromEntries(given);
  checkTexts(columns);
  return columns;
}

/** @throws DomainError INVALID_INPUT */
export function checkTexts(columns: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(columns)) {
    if (typeof value !== 'string') continue;
    requireStorable(field, value);
    if (value.length > MAX_TEXT_LENGTH) {
      throw new DomainError('INVALID_INPUT', `${field} must be at most ${MAX_TEXT_LENGTH} characters.`, {
        field,
      });
    }
  }
}
