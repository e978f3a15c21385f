import { Table, Text } from '@mantine/core';
import { Trans, useTranslation } from 'react-i18next';
import type { HealthQuery } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { Section } from '../../ui/section.js';
import { StateBadge } from './state-badge.js';
import { en } from './texts.js';

type Job = NonNullable<NonNullable<HealthQuery['health']>['node']>['jobs'][number];

const isNamed = (name: string): name is keyof typeof en.jobNames => Object.hasOwn(en.jobNames, name);

/** The background jobs of the answering node, those that fail first. */
export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const sorted = jobs.toSorted((one, other) => Number(!one.failingSince) - Number(!other.failingSince));
  return (
    <Section title={t('health.jobs')}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('health.job')}</Table.Th>
            <Table.Th>{t('health.state')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('health.lastSuccess')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('health.duration')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map(({ name, failingSince, succeededAt, tookMs }) => (
            <Table.Tr key={name}>
              <Table.Td>{isNamed(name) ? t(`health.jobNames.${name}`) : name}</Table.Td>
              <Table.Td>
                <StateBadge state={failingSince ? 'FAILING' : 'WORKING'} />
                {failingSince && (
                  <Text size="xs" c="dimmed">
                    <Trans i18nKey="health.failingSince" components={{ time: <Ago at={failingSince} /> }} />
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                {succeededAt ? <Ago at={succeededAt} /> : t('health.never')}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                {t('health.milliseconds', { number: number.format(tookMs) })}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
