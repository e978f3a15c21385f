import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconArchive, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { deviceName } from '../../domain/device-name.js';
import { DeleteDeviceDocument, RetireDeviceDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import type { LoadedDevice } from './use-device.js';

interface DeviceActionsProps {
  readonly device: LoadedDevice;
  readonly onRetired: () => void;
}

/** Buttons to retire and to delete a device, which ask for confirmation. */
export function DeviceActions({ device, onRetired }: DeviceActionsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [{ fetching: retiring }, retire] = useMutation(RetireDeviceDocument);
  const [{ fetching: deleting }, remove] = useMutation(DeleteDeviceDocument);
  const [failure, setFailure] = useState<Failure | null>(null);
  const input = { id: device.id };
  const name = deviceName(device) ?? t('domain.unnamedDevice');
  const confirm = (action: 'retire' | 'delete', onConfirm: () => Promise<void>) =>
    modals.openConfirmModal({
      title: t(`device.${action}Title`, { name }),
      children: <Text size="sm">{t(`device.${action}Hint`)}</Text>,
      labels: { confirm: t(`device.${action}`), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => void onConfirm(),
    });
  const confirmRetiring = () =>
    confirm('retire', async () => {
      const { error } = await retire({ input });
      setFailure(error ? failureOf(error) : null);
      onRetired();
    });
  const confirmDeleting = () =>
    confirm('delete', async () => {
      const { error } = await remove({ input });
      if (error) return setFailure(failureOf(error));
      notifications.show({ message: t('device.deleted', { name }) });
      await navigate('/');
    });
  return (
    <>
      {failure && <FailureAlert failure={failure} />}
      <Group gap="xs">
        {device.retiredAt === null && (
          <Button
            variant="default"
            leftSection={<IconArchive size={18} aria-hidden />}
            loading={retiring}
            onClick={confirmRetiring}
          >
            {t('device.retire')}
          </Button>
        )}
        <Button
          variant="light"
          color="red"
          leftSection={<IconTrash size={18} aria-hidden />}
          loading={deleting}
          onClick={confirmDeleting}
        >
          {t('device.delete')}
        </Button>
      </Group>
    </>
  );
}
