import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconKey, IconPencil, IconTrash, IconUserCheck, IconUserOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type CombinedError, useMutation } from 'urql';
import { displayName } from '../../domain/display-name.js';
import { type PersonFragment, SetUserStatusDocument, type UserStatus } from '../../generated/graphql.js';
import { DeletePersonDialog } from './dialogs/delete-person-dialog';
import { EditPersonDialog } from './dialogs/edit-person-dialog';
import { ResetLinkDialog } from './dialogs/reset-link-dialog';

interface PersonActionsProps {
  readonly person: PersonFragment;
  /** @param error of a change that failed. */
  readonly onChanged: (error: CombinedError | undefined) => void;
}

/** Buttons to edit, reset, disable, enable and delete. Disabling and deleting ask for confirmation. */
export function PersonActions({ person, onChanged }: PersonActionsProps) {
  const { t } = useTranslation();
  const [deleting, { open, close }] = useDisclosure();
  const [linking, link] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [{ fetching }, setStatus] = useMutation(SetUserStatusDocument);
  const change = async (status: UserStatus) => {
    const { error } = await setStatus({ input: { id: person.id, status } });
    onChanged(error);
  };
  const confirmDisabling = () =>
    modals.openConfirmModal({
      title: t('people.disableTitle', { name: displayName(person) }),
      children: <Text size="sm">{t('people.disableHint')}</Text>,
      labels: { confirm: t('people.disable'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => void change('DISABLED'),
    });
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconPencil size={18} aria-hidden />} onClick={edit.open}>
        {t('people.editAction')}
      </Button>
      {person.status === 'ACTIVE' && person.kind === 'PERSON' && (
        <Button variant="default" leftSection={<IconKey size={18} aria-hidden />} onClick={link.open}>
          {t('people.resetLink.action')}
        </Button>
      )}
      {person.status === 'ACTIVE' ? (
        <Button
          variant="default"
          leftSection={<IconUserOff size={18} aria-hidden />}
          loading={fetching}
          onClick={confirmDisabling}
        >
          {t('people.disable')}
        </Button>
      ) : (
        <Button
          leftSection={<IconUserCheck size={18} aria-hidden />}
          loading={fetching}
          onClick={() => void change('ACTIVE')}
        >
          {t('people.enable')}
        </Button>
      )}
      <Button variant="light" color="red" leftSection={<IconTrash size={18} aria-hidden />} onClick={open}>
        {t('people.delete')}
      </Button>
      <EditPersonDialog
        person={person}
        opened={editing}
        onClose={edit.close}
        onChanged={() => onChanged(undefined)}
      />
      <ResetLinkDialog person={person} opened={linking} onClose={link.close} />
      <DeletePersonDialog person={person} opened={deleting} onClose={close} />
    </Group>
  );
}
