import { Autocomplete, Modal, NumberInput, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import {
  LONGEST_CLIENT_TEXT,
  LONGEST_DEVICE_NOTES,
  LONGEST_INTERVAL,
  MOST_TAGS,
  SHORTEST_INTERVAL,
} from '../../api/limits.js';
import { deviceName } from '../../domain/device-name.js';
import { ReleaseChannelsDocument, UpdateDeviceDocument } from '../../generated/graphql.js';
import { DialogButtons } from '../../ui/dialog-buttons.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useFocusInvalid } from '../../ui/use-focus-invalid.js';
import { en } from './texts.js';
import type { LoadedDevice } from './use-device.js';
import { useDeviceFields } from './use-device-fields.js';

interface EditDeviceDialogProps {
  readonly device: LoadedDevice;
  readonly opened: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function EditDeviceDialog({ device, opened, ...callbacks }: EditDeviceDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={callbacks.onClose}
      title={t('device.editTitle', { name: deviceName(device) ?? t('domain.unnamedDevice') })}
    >
      <EditDeviceForm device={device} {...callbacks} />
    </Modal>
  );
}

type InvalidField = keyof typeof en.invalid;

const invalidField = ({ field }: Failure): InvalidField | null =>
  field !== null && Object.hasOwn(en.invalid, field) ? (field as InvalidField) : null;

function EditDeviceForm({ device, onSaved, onClose }: Omit<EditDeviceDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const { fields, change, input } = useDeviceFields(device);
  const [{ data: releases }] = useQuery({ query: ReleaseChannelsDocument });
  const [{ error, fetching }, update] = useMutation(UpdateDeviceDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const invalid = failure && invalidField(failure);
  const form = useFocusInvalid(failure);
  const errorAt = (field: InvalidField) => (field === invalid ? t(`device.invalid.${field}`) : null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await update({ input: { id: device.id, ...input } });
    if (!data) return;
    notifications.show({ message: t('device.saved') });
    onSaved();
    onClose();
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !invalid && <FailureAlert failure={failure} />}
        <TextInput
          label={t('device.displayName')}
          description={t('device.displayNameHint')}
          value={fields.displayName}
          onChange={(event) => change({ displayName: event.currentTarget.value })}
          error={errorAt('displayName')}
          maxLength={LONGEST_CLIENT_TEXT}
          data-autofocus
        />
        <TagsInput
          label={t('device.tags')}
          description={t('device.tagsHint')}
          value={fields.tags}
          // A pasted list is one text.
          onChange={(tags) =>
            change({ tags: tags.flatMap((text) => text.split(/[\s,，]+/)).filter(Boolean) })
          }
          error={errorAt('tags')}
          maxTags={MOST_TAGS}
          acceptValueOnBlur
          splitChars={[',', ' ', '，']}
        />
        <Textarea
          label={t('device.notes')}
          value={fields.notes}
          onChange={(event) => change({ notes: event.currentTarget.value })}
          error={errorAt('notes')}
          maxLength={LONGEST_DEVICE_NOTES}
          autosize
          minRows={2}
          maxRows={8}
        />
        <Autocomplete
          label={t('device.channel')}
          description={t('device.channelHint')}
          value={fields.channel}
          onChange={(channel) => change({ channel })}
          error={errorAt('channel')}
          data={releases?.releaseChannels ?? []}
        />
        <NumberInput
          label={t('device.heartbeatInterval')}
          description={t('device.intervalHint')}
          value={fields.ownIntervalSeconds}
          onChange={(seconds) => change({ ownIntervalSeconds: seconds })}
          error={errorAt('ownIntervalSeconds')}
          min={SHORTEST_INTERVAL}
          max={LONGEST_INTERVAL}
          clampBehavior="none"
          allowDecimal={false}
        />
        <DialogButtons onCancel={onClose} submit={t('device.save')} loading={fetching} />
      </Stack>
    </form>
  );
}
