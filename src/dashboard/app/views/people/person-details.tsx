import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PersonFragment } from '../../generated/graphql.js';
import { Ago } from '../../time/ago.js';
import { Detail } from '../../ui/detail.js';
import { Email } from '../../ui/email.js';
import { Section } from '../../ui/section.js';
import { StatusBadge } from './status-badge.js';

const texts = ['username', 'phone', 'email', 'name', 'nickname'] as const;

/** The profile of a person, without empty fields. */
export function PersonDetails({ person }: { person: PersonFragment }) {
  const { t } = useTranslation();
  return (
    <Section title={t('people.profile')}>
      <SimpleGrid component="dl" m={0} cols={2} spacing="md" verticalSpacing="sm">
        <Detail name={t('domain.fields.status')}>
          <StatusBadge status={person.status} />
        </Detail>
        <Detail name={t('domain.fields.created')}>
          <Ago at={person.createdAt} />
        </Detail>
        {texts.map(
          (field) =>
            person[field] && (
              <Detail key={field} name={t(`domain.fields.${field}`)}>
                {field === 'email' ? <Email address={person[field]} /> : person[field]}
              </Detail>
            ),
        )}
        {person.gender && (
          <Detail name={t('domain.fields.gender')}>{t(`domain.genders.${person.gender}`)}</Detail>
        )}
      </SimpleGrid>
    </Section>
  );
}
