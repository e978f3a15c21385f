import { Badge, Button, CloseButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlayerStop, IconProgress } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import {
  type BulkActionFragment,
  type DeviceActionState,
  ResumeDeviceActionDocument,
  StopDeviceActionDocument,
} from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { displayName } from '../display-name.js';
import { useActionDetails } from './action-details.js';

const icons = {
  RUNNING: [IconProgress, 'var(--mantine-primary-color-filled)'],
  COMPLETED: [IconCircleCheck, 'var(--online)'],
  FAILED: [IconAlertTriangle, 'var(--mantine-color-orange-7)'],
  STOPPED: [IconPlayerStop, 'var(--offline)'],
} as const satisfies Record<DeviceActionState, unknown>;

interface ActionEntryProps {
  readonly action: BulkActionFragment;
  /** After it was stopped or continued. */
  readonly onChanged: (action: BulkActionFragment) => void;
  readonly onDismiss?: () => void;
}

/** An action on many devices: what it does, how far it has come, and buttons to stop and continue it. */
export function ActionEntry({ action, onChanged, onDismiss }: ActionEntryProps) {
  const { t } = useTranslation();
  const details = useActionDetails();
  const { kind, value, state, total, done, createdAt, actor } = action;
  const name = t(`domain.deviceActions.${kind}`, { value: value ?? '' });
  const [Icon, color] = icons[state];
  const isRunning = state === 'RUNNING';
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <Stack gap={6} flex={1} miw={0}>
        <Group gap="xs">
          <Text span size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Badge variant="default" leftSection={<Icon size={12} color={color} stroke={2.5} aria-hidden />}>
            {t(`deviceActions.states.${state}`)}
          </Badge>
        </Group>
        {isRunning && (
          <Progress
            value={total === 0 ? 100 : Math.min(100, (100 * done) / total)}
            aria-label={t('deviceActions.progress', { action: name })}
          />
        )}
        <Text
          size="xs"
          c="dimmed"
          style={{ overflowWrap: 'anywhere' }}
          aria-live={isRunning ? 'off' : 'polite'}
        >
          {[...details(action), actor && t('deviceActions.by', { name: displayName(actor) })]
            .filter(Boolean)
            .join(' · ')}{' '}
          · <Ago at={createdAt} />
        </Text>
      </Stack>
      <ActionButtons action={action} onChanged={onChanged} />
      {onDismiss && !isRunning && (
        <CloseButton size="sm" aria-label={t('deviceActions.dismiss')} onClick={onDismiss} />
      )}
    </Group>
  );
}

function ActionButtons({ action: { id, state }, onChanged }: ActionEntryProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const [{ fetching: stopping }, stop] = useMutation(StopDeviceActionDocument);
  const [{ fetching: resuming }, resume] = useMutation(ResumeDeviceActionDocument);
  if (!may('DEVICES_MANAGE') || state === 'COMPLETED') return null;
  const input = { id };
  const change = async () => {
    const changed =
      state === 'RUNNING'
        ? (await stop({ input })).data?.stopDeviceAction
        : (await resume({ input })).data?.resumeDeviceAction;
    if (changed) onChanged(changed.deviceAction);
  };
  return (
    <Button
      variant="default"
      size="compact-sm"
      flex="none"
      loading={stopping || resuming}
      onClick={() => void change()}
    >
      {t(state === 'RUNNING' ? 'deviceActions.stop' : 'deviceActions.resume')}
    </Button>
  );
}
