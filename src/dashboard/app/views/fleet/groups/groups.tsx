import { Button, Menu, Text } from '@mantine/core';
import { IconFolder, IconFolderPlus, IconPencil } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { DeviceGroupsDocument } from '../../../generated/graphql.js';
import { usePermission } from '../../../session/session-context.js';
import { type FleetFilter, isFiltered } from '../filters/fleet-filter.js';
import { EditGroupsDialog } from './edit-groups-dialog.js';
import { filterOfGroup } from './group-filter.js';
import { SaveGroupDialog } from './save-group-dialog.js';

interface GroupsProps {
  readonly filter: FleetFilter;
  readonly onChange: (changes: Partial<FleetFilter>) => void;
}

/** A menu of saved filters. */
export function Groups({ filter, onChange }: GroupsProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const [{ data }, reload] = useQuery({ query: DeviceGroupsDocument });
  const [dialog, setDialog] = useState<'save' | 'edit' | null>(null);
  const menu = useRef<HTMLButtonElement>(null);
  const groups = data?.deviceGroups ?? [];
  const close = () => {
    setDialog(null);
    // The item of the menu that opened the dialog is gone.
    menu.current?.focus();
    reload();
  };
  return (
    <>
      <Menu position="bottom-start" width="max-content">
        <Menu.Target>
          <Button ref={menu} variant="default" leftSection={<IconFolder size={16} aria-hidden />}>
            {t('fleet.groups.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={400} maw="calc(100vw - 24px)" style={{ overflowY: 'auto' }}>
          {groups.length === 0 && <Menu.Label>{t('fleet.groups.none')}</Menu.Label>}
          {groups.map((group) => (
            <Menu.Item
              key={group.id}
              // Its devices were named one by one, which the filters of this page cannot show.
              disabled={group.filter.ids !== null}
              onClick={() => onChange(filterOfGroup(group))}
              rightSection={
                <Text span size="xs">
                  {t('fleet.groups.count', { count: group.deviceCount ?? 0 })}
                </Text>
              }
            >
              <Text span inherit style={{ overflowWrap: 'anywhere' }}>
                {group.name}
              </Text>
            </Menu.Item>
          ))}
          {may('DEVICES_MANAGE') && (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconFolderPlus size={16} aria-hidden />}
                disabled={!isFiltered(filter)}
                onClick={() => setDialog('save')}
              >
                {t('fleet.groups.save')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconPencil size={16} aria-hidden />}
                disabled={groups.length === 0}
                onClick={() => setDialog('edit')}
              >
                {t('fleet.groups.edit')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog === 'save' && <SaveGroupDialog filter={filter} onClose={close} />}
      {dialog === 'edit' && <EditGroupsDialog groups={groups} onChanged={reload} onClose={close} />}
    </>
  );
}
