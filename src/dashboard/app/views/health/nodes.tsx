import { Badge, Group, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HealthQuery } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { Section } from '../../ui/section.js';
import { StateBadge } from './state-badge.js';

type GatewayNodes = NonNullable<NonNullable<HealthQuery['health']>['nodes']>;

/** The nodes of the gateway, with what fails there. */
export function Nodes({ nodes }: { nodes: GatewayNodes }) {
  const { t } = useTranslation();
  return (
    <Section title={t('health.nodes')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('health.host')}</Table.Th>
            <Table.Th>{t('health.state')}</Table.Th>
            <Table.Th>{t('health.version')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('health.started')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {nodes.map(({ host, version, startedAt, failing, isAnswering }) => (
            <Table.Tr key={`${host} ${startedAt}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Group gap={6}>
                  {host}
                  {isAnswering && nodes.length > 1 && <Badge variant="light">{t('health.answering')}</Badge>}
                </Group>
              </Table.Td>
              <Table.Td>
                <StateBadge state={failing.length === 0 ? 'WORKING' : 'FAILING'} />{' '}
                {failing.map((component) => t(`health.components.${component}`)).join(' · ')}
              </Table.Td>
              <Table.Td>{version}</Table.Td>
              <Table.Td visibleFrom="sm">
                <Ago at={startedAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
