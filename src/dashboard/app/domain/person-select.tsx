import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { UserDocument, UsersDocument } from '../generated/graphql.js';
import { displayName } from './display-name.js';

const DEBOUNCE_MS = 250;
const MOST = 10;

interface PersonSelectProps {
  readonly label: string;
  /** The node id of a person; null for everyone. */
  readonly value: string | null;
  readonly onChange: (id: string | null) => void;
}

/** Chooses a person among those that the typed text finds. */
export function PersonSelect({ label, value, onChange }: PersonSelectProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text, DEBOUNCE_MS);
  const [{ data: chosen }] = useQuery({
    query: UserDocument,
    variables: { id: value ?? '' },
    pause: value === null,
  });
  const [isUsed, setIsUsed] = useState(false);
  const [{ data }] = useQuery({
    query: UsersDocument,
    variables: { search, first: MOST },
    pause: !isUsed,
  });
  const found = data?.users.edges.map(({ node }) => node) ?? [];
  const person = value === null ? null : chosen?.user;
  const people = person && !found.some(({ id }) => id === person.id) ? [person, ...found] : found;
  return (
    <Select
      aria-label={label}
      placeholder={label}
      data={people.map((person) => ({ value: person.id, label: displayName(person) }))}
      value={value}
      onChange={onChange}
      searchable
      // The gateway has filtered them by more than the label.
      filter={({ options }) => options}
      onSearchChange={setText}
      onFocus={() => setIsUsed(true)}
      nothingFoundMessage={t('search.none')}
      clearable
      comboboxProps={{ keepMounted: false }}
    />
  );
}
