import { Modal, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { LONGEST_GROUP_NAME } from '../../../api/limits.js';
import { CreateDeviceGroupDocument } from '../../../generated/graphql.js';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import type { FleetFilter } from '../filters/fleet-filter.js';
import { filterToSave } from './group-filter.js';

interface SaveGroupDialogProps {
  readonly filter: FleetFilter;
  readonly onClose: () => void;
}

/** Saves the filter of the page under a name. */
export function SaveGroupDialog({ filter, onClose }: SaveGroupDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [{ error, fetching }, create] = useMutation(CreateDeviceGroupDocument);
  const failure = error ? failureOf(error) : null;
  const isTaken = failure?.field === 'name';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await create({ input: { name, filter: filterToSave(filter) } });
    if (!data) return;
    notifications.show({ message: t('fleet.groups.saved', { name: name.trim() }) });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t('fleet.groups.save')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          {failure && !isTaken && <FailureAlert failure={failure} />}
          <TextInput
            label={t('fleet.groups.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={isTaken && t('fleet.groups.taken')}
            maxLength={LONGEST_GROUP_NAME}
            data-autofocus
          />
          <DialogButtons
            onCancel={onClose}
            submit={t('device.save')}
            loading={fetching}
            disabled={name.trim() === ''}
          />
        </Stack>
      </form>
    </Modal>
  );
}
