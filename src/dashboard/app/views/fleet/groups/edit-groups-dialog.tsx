import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { LONGEST_GROUP_NAME } from '../../../api/limits.js';
import {
  DeleteDeviceGroupDocument,
  type GroupFragment,
  UpdateDeviceGroupDocument,
} from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { EntryList } from '../../../ui/lists/entry-list.js';

interface EditGroupsDialogProps {
  readonly groups: readonly GroupFragment[];
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** Renames and deletes groups. */
export function EditGroupsDialog({ groups, onChanged, onClose }: EditGroupsDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t('fleet.groups.edit')}>
      <Stack gap="sm">
        <Text size="sm">{t('fleet.groups.deleteHint')}</Text>
        <EntryList>
          {groups.map((group) => (
            <GroupEntry key={group.id} group={group} onChanged={onChanged} />
          ))}
        </EntryList>
      </Stack>
    </Modal>
  );
}

function GroupEntry({ group, onChanged }: { group: GroupFragment; onChanged: () => void }) {
  const { t } = useTranslation();
  const { id } = group;
  const [name, setName] = useState(group.name);
  const [{ error, fetching }, update] = useMutation(UpdateDeviceGroupDocument);
  const [{ error: deleteError, fetching: deleting }, remove] = useMutation(DeleteDeviceGroupDocument);
  const problem = error ?? deleteError;
  const failure = problem ? failureOf(problem) : null;
  const isTaken = failure?.field === 'name';
  const rename = async (event: FormEvent) => {
    event.preventDefault();
    if ((await update({ input: { id, name } })).data) onChanged();
  };
  return (
    <li>
      {failure && !isTaken && <FailureAlert failure={failure} />}
      <form onSubmit={(event) => void rename(event)}>
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            flex={1}
            aria-label={t('fleet.groups.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={isTaken && t('fleet.groups.taken')}
            maxLength={LONGEST_GROUP_NAME}
          />
          <Button
            type="submit"
            variant="default"
            loading={fetching}
            disabled={name.trim() === '' || name.trim() === group.name}
          >
            {t('fleet.groups.rename')}
          </Button>
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            loading={deleting}
            aria-label={t('fleet.groups.delete', { name: group.name })}
            onClick={() => void remove({ input: { id } }).then(onChanged)}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </form>
    </li>
  );
}
