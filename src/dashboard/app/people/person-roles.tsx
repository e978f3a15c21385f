import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type PersonFragment, SetUserRolesDocument } from '../generated/graphql.js';
import { Section } from '../shell/section.js';
import { AdministrationFailure } from './administration-failure.js';
import { RoleBadges } from './role-badges.js';
import { RolePicker } from './role-picker.js';

interface PersonRolesProps {
  readonly person: PersonFragment;
  /** Whether they can be changed here. */
  readonly changeable: boolean;
  readonly onChanged: () => void;
}

export function PersonRoles({ person, changeable, onChanged }: PersonRolesProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('people.fields.roles')}>
      {changeable ? <RoleForm person={person} onChanged={onChanged} /> : <RoleBadges roles={person.roles} />}
    </Section>
  );
}

function RoleForm({ person, onChanged }: Omit<PersonRolesProps, 'changeable'>) {
  const { t } = useTranslation();
  const held = person.roles.map(({ code }) => code);
  const [chosen, setChosen] = useState(held);
  const [{ error, fetching }, setRoles] = useMutation(SetUserRolesDocument);
  const save = async () => {
    const { error } = await setRoles({ id: person.id, roles: chosen });
    if (error) return;
    notifications.show({ message: t('people.rolesSaved') });
    onChanged();
  };
  const same = chosen.length === held.length && chosen.every((code) => held.includes(code));
  return (
    <>
      <AdministrationFailure error={error} />
      <RolePicker value={chosen} onChange={setChosen} />
      <Button
        variant={same ? 'default' : 'filled'}
        disabled={same}
        loading={fetching}
        onClick={() => void save()}
      >
        {t('people.saveRoles')}
      </Button>
    </>
  );
}
