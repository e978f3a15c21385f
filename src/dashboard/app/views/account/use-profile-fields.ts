import { useState } from 'react';
import type { PersonFragment, UpdateProfileInput } from '../../generated/graphql.js';

/** What people may say of themselves; empty for what they have not said. */
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
 * The fields of a profile while they are edited. What was changed elsewhere meanwhile is shown where nothing was typed
 * over it, and only what was changed here is to be saved.
 * @param person as the gateway told last.
 */
export function useProfileFields(person: PersonFragment) {
  const [told, setTold] = useState(person);
  const [saved, setSaved] = useState(() => fieldsOf(person));
  const [fields, setFields] = useState(saved);
  /** @param known what was told, or sent, before: what differs from it was typed since, and stays. */
  const adopt = (newer: PersonFragment, known: ProfileFields) => {
    const now = fieldsOf(newer);
    setSaved(now);
    setFields((typed) => {
      const untouched = names.filter((name) => typed[name] === known[name]);
      return { ...typed, ...Object.fromEntries(untouched.map((name) => [name, now[name]])) };
    });
  };
  if (person !== told) {
    setTold(person);
    adopt(person, saved);
  }
  const changed = names.filter((name) => fields[name] !== saved[name]);
  const input: UpdateProfileInput = Object.fromEntries(changed.map((name) => [name, fields[name] || null]));
  return {
    fields,
    input,
    change: (name: ProfileField, text: string) => setFields((typed) => ({ ...typed, [name]: text })),
    /** The gateway has taken them over, in its form. */
    onSaved: (newer: PersonFragment) => adopt(newer, fields),
  };
}
