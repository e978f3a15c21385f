import { Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HealthQuery } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { Section } from '../../ui/section.js';
import { StateBadge } from './state-badge.js';

type Node = NonNullable<NonNullable<HealthQuery['health']>['node']>;

/** What the answering node works with. */
export function Engines({ engines }: { engines: Node['engines'] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  return (
    <Section title={t('health.engines')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('health.engine')}</Table.Th>
            <Table.Th>{t('health.state')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('health.latency')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('health.since')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {engines.map(({ component, kind, state, latencyMs, since }) => (
            <Table.Tr key={component}>
              <Table.Td>
                <Stack gap={0}>
                  <Text size="sm" fw={550}>
                    {t(`health.components.${component}`)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t(`health.kinds.${kind}`)}
                  </Text>
                </Stack>
              </Table.Td>
              <Table.Td>
                <StateBadge state={state} />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                {latencyMs === null ? '—' : t('health.milliseconds', { number: number.format(latencyMs) })}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Ago at={since} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
