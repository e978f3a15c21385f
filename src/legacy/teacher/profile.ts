import { z } from 'zod';
import type { Profile } from '../../users/profile.js';
import { Gender } from '../../users/user.entity.js';
import { booleanField, integerField } from '../fields.js';
import type { Parameters } from '../parameters.js';

/** An empty text takes a value away. */
const text = z.string().transform((given) => given || null);

/** False is male, true is female. */
const gender = booleanField.transform((female) => (female ? Gender.FEMALE : Gender.MALE));

const ProfileFields = z.object({
  name: text.exactOptional(),
  email: text.exactOptional(),
  avatarUrl: text.exactOptional(),
  type: integerField.exactOptional(),
  gender: gender.exactOptional(),
});

/** What was sent of a profile; null when a field is mistyped. Requests spell the gender `gendar`. */
export function readProfile(parameters: Parameters): Profile | null {
  const { name, email, avatarUrl, type, gendar, gender } = parameters;
  const texts = Object.entries({ name, email, avatarUrl });
  // Forms send a number or a choice that was left open as an empty text.
  const choices = Object.entries({ type, gender: gendar ?? gender }).filter(([, value]) => value !== '');
  const sent = [...texts, ...choices].filter(([, value]) => value !== undefined && value !== null);
  return ProfileFields.safeParse(Object.fromEntries(sent)).data ?? null;
}
