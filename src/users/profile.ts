import { z } from 'zod';
import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Gender } from './user.entity.js';

export const MAX_TEXT_LENGTH = 2000;

/** What people may change about themselves; undefined leaves a field as it is. */
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

/** What a door asks of an email: the documented APIs ask nothing, and their callers get no refusal for it. */
export type EmailPolicy = 'address' | 'anything';

/** As the fields of browsers take it: https://html.spec.whatwg.org/#valid-e-mail-address */
const Email = z.email({ pattern: z.regexes.html5Email });

/** Empty is none. @throws DomainError INVALID_INPUT */
export function checkEmail(email: string | null | undefined, rule: EmailPolicy): void {
  if (!email || rule === 'anything' || Email.safeParse(email).success) return;
  throw new DomainError('INVALID_INPUT', 'The email must be an address such as li@example.com.', {
    field: 'email',
  });
}

/** The profile fields that were given. @throws DomainError INVALID_INPUT for an overlong text. */
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

/** @throws DomainError INVALID_INPUT for a text that is too long or not storable. */
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
