import { Autocomplete, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { failureOf } from '../../../api/failure.js';
import {
  type DeviceActionKind,
  type DeviceFilter,
  PresenceSummaryDocument,
  ReleaseChannelsDocument,
  StartDeviceActionDocument,
} from '../../../generated/graphql.js';
import { DialogButtons } from '../../../ui/dialog-buttons.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { useStartedAction } from './started-actions.js';

interface BulkDialogProps {
  readonly kind: DeviceActionKind;
  readonly filter: DeviceFilter;
  readonly onStarted: () => void;
  readonly onClose: () => void;
}

/** Counts the devices that an action will change, asks for its value, and starts it. */
export function BulkDialog({ kind, filter, ...callbacks }: BulkDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={callbacks.onClose} title={t(`fleet.bulk.kinds.${kind}`)}>
      <BulkForm kind={kind} filter={filter} {...callbacks} />
    </Modal>
  );
}

const isRemoval = (kind: DeviceActionKind) => kind === 'RETIRE' || kind === 'DELETE';

function BulkForm({ kind, filter, onStarted, onClose }: BulkDialogProps) {
  const { t, i18n } = useTranslation();
  const [{ data, error: countError }] = useQuery({ query: PresenceSummaryDocument, variables: { filter } });
  const [{ error, fetching }, start] = useMutation(StartDeviceActionDocument);
  const addStarted = useStartedAction();
  const [value, setValue] = useState('');
  const [typed, setTyped] = useState('');
  const count = data?.presenceSummary.total ?? null;
  const failure = error ?? countError;
  const invalid = failure && failureOf(failure).field === 'value';
  const isConfirmed = kind !== 'DELETE' || typed.replace(/\D/g, '') === String(count);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = { kind, filter, value: isRemoval(kind) ? null : value };
    const { data } = await start({ input });
    if (!data) return;
    addStarted(data.startDeviceAction.deviceAction);
    onStarted();
    onClose();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !invalid && <FailureAlert failure={failureOf(failure)} />}
        {count === null ? (
          <Loader size="sm" />
        ) : (
          <Text size="sm">{t(`fleet.bulk.hints.${kind}`, { count })}</Text>
        )}
        {!isRemoval(kind) && (
          <ValueInput kind={kind} value={value} onChange={setValue} invalid={invalid === true} />
        )}
        {kind === 'DELETE' && count !== null && (
          <TextInput
            label={t('fleet.bulk.confirm', { number: count.toLocaleString(i18n.language) })}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
        )}
        <DialogButtons
          onCancel={onClose}
          submit={t(`fleet.bulk.kinds.${kind}`)}
          {...(isRemoval(kind) ? { color: 'red' } : {})}
          loading={fetching}
          disabled={!count || !isConfirmed || (!isRemoval(kind) && value.trim() === '')}
        />
      </Stack>
    </form>
  );
}

interface ValueInputProps {
  readonly kind: DeviceActionKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly invalid: boolean;
}

function ValueInput({ kind, value, onChange, invalid }: ValueInputProps) {
  const { t } = useTranslation();
  const isChannel = kind === 'SET_CHANNEL';
  const [{ data }] = useQuery({ query: ReleaseChannelsDocument, pause: !isChannel });
  if (isChannel) {
    return (
      <Autocomplete
        label={t('device.channel')}
        description={t('device.channelHint')}
        data={data?.releaseChannels ?? []}
        value={value}
        onChange={onChange}
        error={invalid && t('device.invalid.channel')}
        data-autofocus
      />
    );
  }
  return (
    <TextInput
      label={t('fleet.bulk.tag')}
      description={t('fleet.bulk.tagHint')}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={invalid && t('fleet.bulk.invalidTag')}
      data-autofocus
    />
  );
}
