import { SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonFragment } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { Section } from '../../ui/section.js';
import { StatusBadge } from './status-badge.js';

const texts = ['username', 'phone', 'email', 'name', 'nickname'] as const;

/** What is known of a person; what they have not told is left out. */
export function PersonDetails({ person }: { person: PersonFragment }) {
  const { t } = useTranslation();
  return (
    <Section title={t('people.facts')}>
      <SimpleGrid component="dl" m={0} cols={2} spacing="md" verticalSpacing="sm">
        <Detail name={t('people.fields.status')}>
          <StatusBadge status={person.status} />
        </Detail>
        <Detail name={t('people.fields.created')}>
          <Ago at={person.createdAt} />
        </Detail>
        {texts.map(
          (field) =>
            person[field] && (
              <Detail key={field} name={t(`people.fields.${field}`)}>
                {person[field]}
              </Detail>
            ),
        )}
        {person.gender && (
          <Detail name={t('people.fields.gender')}>{t(`people.genders.${person.gender}`)}</Detail>
        )}
      </SimpleGrid>
    </Section>
  );
}

export function Detail({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Stack gap={2} miw={0}>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Stack>
  );
}
