import { useState } from 'react';
import type { PersonFragment, UpdateProfileInput } from '../../generated/graphql.js';

/** The editable fields; an unset one is empty. */
const fieldsOf = ({ name, nickname, email, signature, brief, gender }: PersonFragment) => ({
  name: name ?? '',
  nickname: nickname ?? '',
  email: email ?? '',
  signature: signature ?? '',
  brief: brief ?? '',
  gender: gender ?? '',
});

export type ProfileFields = ReturnType<typeof fieldsOf>;
export type ProfileField = keyof ProfileFields;

const names: readonly ProfileField[] = ['name', 'nickname', 'email', 'signature', 'brief', 'gender'];

/**
 * The state of the profile form. Changes made elsewhere appear in fields that were not edited here, and saving
 * sends only the edited fields.
 * @param person the latest from the gateway.
 */
export function useProfileFields(person: PersonFragment) {
  const [latest, setLatest] = useState(person);
  const [saved, setSaved] = useState(() => fieldsOf(person));
  const [fields, setFields] = useState(saved);
  /** @param base the fields before the edits: what equals them is replaced, what differs was edited and stays. */
  const merge = (newer: PersonFragment, base: ProfileFields) => {
    const now = fieldsOf(newer);
    setSaved(now);
    setFields((edited) => {
      const unedited = names.filter((name) => edited[name] === base[name]);
      return { ...edited, ...Object.fromEntries(unedited.map((name) => [name, now[name]])) };
    });
  };
  if (person !== latest) {
    setLatest(person);
    merge(person, saved);
  }
  const changed = names.filter((name) => fields[name] !== saved[name]);
  const input: UpdateProfileInput = Object.fromEntries(changed.map((name) => [name, fields[name] || null]));
  return {
    fields,
    input,
    change: (name: ProfileField, text: string) => setFields((edited) => ({ ...edited, [name]: text })),
    /** Takes over the saved profile, which the gateway may have normalised. */
    onSaved: (newer: PersonFragment) => merge(newer, fields),
  };
}
