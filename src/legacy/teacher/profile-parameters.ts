import { z } from 'zod';
import type { Profile } from '../../users/profile.js';
import { Gender } from '../../users/user.entity.js';
import { booleanField, integerField } from '../parameter-types.js';
import type { RequestParameters } from '../request-parameters.js';

/** An empty text takes a value away. */
const text = z.string().transform((given) => given || null);

/** False is male, true is female. */
const gender = booleanField.transform((female) => (female ? Gender.FEMALE : Gender.MALE));

/** As requests spell it. */
export const ProfileFields = z.object({
  name: text.exactOptional().describe('The name.'),
  email: text.exactOptional().describe('The address for mail.'),
  avatarUrl: text.exactOptional().describe('Where the picture is.'),
  type: integerField.exactOptional().describe('The kind of user, a number of the operator.'),
  gendar: gender.exactOptional().describe('false: male, true: female. `gender` is taken too.'),
});

/** What was sent of a profile; null when a field is mistyped. */
export function readProfile(parameters: RequestParameters): Profile | null {
  const { name, email, avatarUrl, type, gendar, gender } = parameters;
  const texts = Object.entries({ name, email, avatarUrl });
  // Forms send a number or a choice that was left open as an empty text.
  const choices = Object.entries({ type, gendar: gendar ?? gender }).filter(([, value]) => value !== '');
  const sent = [...texts, ...choices].filter(([, value]) => value !== undefined && value !== null);
  const { data } = ProfileFields.safeParse(Object.fromEntries(sent));
  if (!data) return null;
  const { gendar: chosen, ...others } = data;
  return chosen === undefined ? others : { ...others, gender: chosen };
}
