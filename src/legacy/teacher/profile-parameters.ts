import { z } from 'zod';
import type { Profile } from '../../users/profile.js';
import { Gender } from '../../users/user.entity.js';
import { booleanField, integerField } from '../parameter-types.js';
import type { RequestParameters } from '../request-parameters.js';

/** An empty string clears the field. */
const text = z.string().transform((sent) => sent || null);

/** Requests spell it `gendar`; responses spell it `gender`. */
const gendar = booleanField.transform((isFemale) => (isFemale ? Gender.FEMALE : Gender.MALE));

export const ProfileParameters = z.object({
  name: text.exactOptional().describe('Name.'),
  email: text.exactOptional().describe('Email address.'),
  avatarUrl: text.exactOptional().describe('URL of the avatar.'),
  type: integerField.exactOptional().describe("The operator's number for the type of user."),
  gendar: gendar.exactOptional().describe('false: male, true: female. `gender` is accepted too.'),
});

/** Accepts `gender` for `gendar`, and ignores null. Forms send an empty text for a blank `type` or `gendar`. */
export function normalizeProfile(parameters: RequestParameters): RequestParameters {
  const sent = { ...parameters, gendar: parameters.gendar ?? parameters.gender };
  const isSent = ([name, value]: [string, unknown]) =>
    value !== undefined && value !== null && !(value === '' && ['type', 'gendar'].includes(name));
  return Object.fromEntries(Object.entries(sent).filter(isSent));
}

/** The profile of valid parameters. */
export function toProfile({ gendar, ...profile }: z.output<typeof ProfileParameters>): Profile {
  return gendar === undefined ? profile : { ...profile, gender: gendar };
}
