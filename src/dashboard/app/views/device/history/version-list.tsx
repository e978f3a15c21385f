import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { exactTime } from '../../../time/format.js';
import { Section } from '../../../ui/section.js';
import type { DeviceDetail } from './use-device-detail.js';

/** The gateway keeps no more changes: earlier ones may be gone. */
const MOST_KEPT = 100;

/** The versions that a device has reported, the latest first; nothing for one that never changed its version. */
export function VersionList({ detail, firstSeenAt }: { detail: DeviceDetail; firstSeenAt: string }) {
  const { t, i18n } = useTranslation();
  const { edges, totalCount } = detail.versionChanges;
  const [oldest] = edges;
  if (!oldest) return null;
  const versions = edges.map(({ node: { version, at } }) => ({ version, at }));
  // The first version of all is known from its change.
  const isWhole = totalCount === edges.length && totalCount < MOST_KEPT;
  if (isWhole) versions.unshift({ version: oldest.node.previousVersion, at: firstSeenAt });
  return (
    <Section title={t('device.versions')}>
      <Table verticalSpacing={8} horizontalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('device.version')}</Table.Th>
            <Table.Th ta="right">{t('device.since')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.toReversed().map(({ version, at }) => (
            <Table.Tr key={`${at} ${version}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{version ?? t('device.noVersion')}</Table.Td>
              <Table.Td ta="right">
                <Text component="time" inherit dateTime={at}>
                  {exactTime(new Date(at), i18n.language)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {totalCount > edges.length && (
        <Text size="sm" c="dimmed">
          {t('device.latestVersions', { count: edges.length })}
        </Text>
      )}
    </Section>
  );
}
