import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type PersonFragment, SetUserRolesDocument } from '../../generated/graphql.js';
import { Section } from '../../ui/section.js';
import { AdministrationFailure } from './administration-failure.js';
import { RoleBadges } from './role-badges.js';
import { RolePicker } from './role-picker.js';

interface PersonRolesProps {
  readonly person: PersonFragment;
  readonly changeable: boolean;
  readonly onChanged: () => void;
}

export function PersonRoles({ person, changeable, onChanged }: PersonRolesProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('domain.fields.roles')}>
      {changeable ? <RoleForm person={person} onChanged={onChanged} /> : <RoleBadges roles={person.roles} />}
    </Section>
  );
}

function RoleForm({ person, onChanged }: Omit<PersonRolesProps, 'changeable'>) {
  const { t } = useTranslation();
  const held = person.roles.map(({ code }) => code);
  const [chosen, setChosen] = useState(held);
  const [{ error }, setRoles] = useMutation(SetUserRolesDocument);
  // Until the person is loaded again: that would discard further changes, so the form stays disabled.
  const [savedFor, setSavedFor] = useState<PersonFragment | null>(null);
  const saving = savedFor === person;
  const save = async () => {
    setSavedFor(person);
    const { error } = await setRoles({ input: { id: person.id, roles: chosen } });
    if (error) {
      setSavedFor(null);
      return;
    }
    notifications.show({ message: t('people.rolesSaved') });
    onChanged();
  };
  const unchanged = chosen.length === held.length && chosen.every((code) => held.includes(code));
  return (
    <>
      <AdministrationFailure error={error} />
      <RolePicker value={chosen} onChange={setChosen} disabled={saving} />
      <Button
        variant={unchanged ? 'default' : 'filled'}
        disabled={unchanged}
        loading={saving}
        onClick={() => void save()}
      >
        {t('people.saveRoles')}
      </Button>
    </>
  );
}
