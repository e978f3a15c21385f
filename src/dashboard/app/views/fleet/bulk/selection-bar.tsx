import { Button, CloseButton, Group, Menu, Paper, Text } from '@mantine/core';
import {
  IconArchive,
  IconChevronUp,
  IconGitBranch,
  IconKey,
  IconTag,
  IconTagOff,
  IconTrash,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceActionKind } from '../../../generated/graphql.js';
import { usePermission } from '../../../session/session-context.js';
import classes from './bulk.module.css';
import { BulkDialog } from './bulk-dialog.js';
import { IssueDialog } from './issue-dialog.js';
import { type Selection, useSelected } from './selection.js';

const kinds = [
  { kind: 'TAG', icon: IconTag },
  { kind: 'UNTAG', icon: IconTagOff },
  { kind: 'SET_CHANNEL', icon: IconGitBranch },
  { kind: 'RETIRE', icon: IconArchive },
  { kind: 'DELETE', icon: IconTrash },
] as const satisfies { kind: DeviceActionKind; icon: unknown }[];

interface SelectionBarProps {
  readonly selection: Selection;
  /** The number of devices that the filter selects, listed or not. */
  readonly total: number;
}

/** What can be done with the selected devices. It stays in view while the list scrolls. */
export function SelectionBar({ selection, total }: SelectionBarProps) {
  const { t } = useTranslation();
  const selected = useSelected(selection);
  const may = usePermission();
  const [kind, setKind] = useState<DeviceActionKind | null>(null);
  const [isIssuing, setIsIssuing] = useState(false);
  const actions = useRef<HTMLButtonElement>(null);
  if (selected === 0) return null;
  // The item of the menu that opened a dialog is gone when it closes.
  const closeDialog = () => {
    setKind(null);
    setIsIssuing(false);
    actions.current?.focus();
  };
  return (
    <>
      <Paper className={classes.bar} role="region" aria-label={t('fleet.bulk.label')} withBorder shadow="md">
        <Text size="sm" fw={600} aria-live="polite">
          {selected === 'all'
            ? t('fleet.bulk.all', { count: total })
            : t('fleet.bulk.selected', { count: selected })}
        </Text>
        {selected !== 'all' && selected < total && (
          <Button variant="subtle" size="compact-sm" onClick={() => selection.selectAll()}>
            {t('fleet.bulk.selectAll', { count: total })}
          </Button>
        )}
        <Group gap="xs" ml="auto" wrap="nowrap">
          <Menu position="top-end">
            <Menu.Target>
              <Button ref={actions} rightSection={<IconChevronUp size={16} aria-hidden />}>
                {t('fleet.bulk.actions')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {kinds.map(({ kind, icon: Icon }) => (
                <Menu.Item
                  key={kind}
                  leftSection={<Icon size={16} aria-hidden />}
                  onClick={() => setKind(kind)}
                >
                  {t(`fleet.bulk.kinds.${kind}`)}
                </Menu.Item>
              ))}
              {may('USERS_MANAGE') && (
                <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => setIsIssuing(true)}>
                  {t('fleet.bulk.issue')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
          <CloseButton aria-label={t('fleet.bulk.clear')} onClick={selection.clear} />
        </Group>
      </Paper>
      {isIssuing && <IssueDialog filter={selection.toFilter()} onClose={closeDialog} />}
      {kind && (
        <BulkDialog
          kind={kind}
          filter={selection.toFilter()}
          onStarted={selection.clear}
          onClose={closeDialog}
        />
      )}
    </>
  );
}
