import { Badge, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { Detail } from '../../ui/detail.js';
import { Section } from '../../ui/section.js';
import { DeviceActions } from './device-actions.js';
import { EditDeviceDialog } from './edit-device-dialog.js';
import { useIntervalText } from './interval-text.js';
import type { LoadedDevice } from './use-device.js';

interface DeviceNotesProps {
  readonly device: LoadedDevice;
  readonly onSaved: () => void;
}

/** What administrators note about a device. */
export function DeviceNotes({ device, onSaved }: DeviceNotesProps) {
  const { t } = useTranslation();
  const intervalText = useIntervalText();
  const mayEdit = usePermission()('DEVICES_MANAGE');
  const [editing, setEditing] = useState(false);
  const { name, displayName, notes, tags, channel, ownIntervalSeconds, retiredAt, returnedAt } = device;
  return (
    <Section
      title={t('device.notes')}
      link={
        mayEdit && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPencil size={14} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            {t('device.edit')}
          </Button>
        )
      }
    >
      <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3 }} spacing="md" verticalSpacing="sm">
        <Detail name={t('device.channel')}>{channel}</Detail>
        <Detail name={t('device.heartbeatInterval')}>
          {ownIntervalSeconds === null ? t('device.standardInterval') : intervalText(ownIntervalSeconds)}
        </Detail>
        {retiredAt && (
          <Detail name={t('device.retiredSince')}>
            <Ago at={retiredAt} />
          </Detail>
        )}
        {returnedAt && (
          <Detail name={t('device.returned')}>
            <Ago at={returnedAt} />
          </Detail>
        )}
        {displayName && name && <Detail name={t('device.reportedName')}>{name}</Detail>}
      </SimpleGrid>
      {tags.length > 0 && (
        <Group gap="xs" aria-label={t('device.tags')} role="group">
          {tags.map((tag) => (
            <Badge
              key={tag}
              component={Link}
              to={`/?${new URLSearchParams({ tag })}`}
              variant="light"
              tt="none"
              style={{ cursor: 'pointer' }}
            >
              {tag}
            </Badge>
          ))}
        </Group>
      )}
      {notes && (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {notes}
        </Text>
      )}
      {mayEdit && <DeviceActions device={device} onRetired={onSaved} />}
      <EditDeviceDialog
        device={device}
        opened={editing}
        onSaved={onSaved}
        onClose={() => setEditing(false)}
      />
    </Section>
  );
}
