import { Group, Stack, Text } from '@mantine/core';
import { IconDeviceDesktop, IconKey, IconLock, IconLogin2, IconPackage, IconUser } from '@tabler/icons-react';
import type { AuditAction } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { useEntryDetails } from './entry-details.js';
import { EntrySentence } from './entry-sentence.js';
import type { AuditEntry } from './sentence-key.js';

/** A list of audit entries, in the given order. */
export function AuditEntries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <EntryList>
      {entries.map((entry) => (
        <EntryItem key={entry.id} entry={entry} />
      ))}
    </EntryList>
  );
}

function EntryItem({ entry }: { entry: AuditEntry }) {
  const entryDetails = useEntryDetails();
  const Icon = iconOf(entry.action);
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <Text span c="dimmed" lh={0} mt={2} flex="none">
        <Icon size={18} stroke={1.6} aria-hidden />
      </Text>
      <Stack gap={0} flex={1} miw={0}>
        <EntrySentence entry={entry} />
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {entryDetails(entry)}
        </Text>
      </Stack>
      <Text size="xs" c="dimmed" flex="none" mt={2}>
        <Ago at={entry.at} />
      </Text>
    </Group>
  );
}

function iconOf(action: AuditAction) {
  if (action === 'SESSION_REFUSE') return IconLock;
  if (action.startsWith('KEY_')) return IconKey;
  if (action.startsWith('SESSION_')) return IconLogin2;
  if (action.startsWith('DEVICE_')) return IconDeviceDesktop;
  return /^(USER|ROLE)_/.test(action) ? IconUser : IconPackage;
}
