import { Group, Kbd, Modal, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../session/session-context.js';
import { views } from '../views.js';

interface ShortcutSheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Lists the keyboard shortcuts. */
export function ShortcutSheet({ opened, onClose }: ShortcutSheetProps) {
  const { t } = useTranslation();
  const may = usePermission();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Table>
        <Table.Tbody>
          <Row label={t('shortcuts.search')}>
            <Kbd>Ctrl K</Kbd>
            <Kbd>⌘ K</Kbd>
          </Row>
          <Row label={t('shortcuts.help')}>
            <Kbd>?</Kbd>
          </Row>
          {views
            .filter(({ permission }) => may(permission))
            .map(({ to, title, shortcut }) => (
              <Row key={to} label={t(title)}>
                <Kbd>g</Kbd> {t('shortcuts.followedBy')} <Kbd>{shortcut}</Kbd>
              </Row>
            ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Td>{label}</Table.Td>
      <Table.Td>
        <Group gap={6} justify="flex-end">
          {children}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
