import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type CombinedError, useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { FactorSummary } from '../../domain/factors/factor-summary.js';
import {
  PersonFactorsDocument,
  type PersonFactorsQuery,
  type PersonFragment,
} from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import { ResetFactors } from './reset-factors.js';

interface PersonFactorsProps {
  readonly person: PersonFragment;
  /** Whether the viewer can reset them. */
  readonly resettable: boolean;
  /** @param error if they could not be removed. */
  readonly onReset: (error: CombinedError | undefined) => void;
}

/** The second factors of a person: the app, the passkeys, and how many recovery codes are left. */
export function PersonFactors({ person, resettable, onReset }: PersonFactorsProps) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: PersonFactorsDocument, variables: { id: person.id } });
  const factors = data?.user?.secondFactors;
  return (
    <Section
      title={t('people.factors.title')}
      link={resettable && factors?.since && <ResetFactors person={person} onReset={onReset} />}
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {factors && (factors.since ? <Factors factors={factors} /> : <NoFactors required={factors.required} />)}
    </Section>
  );
}

type Shown = NonNullable<NonNullable<PersonFactorsQuery['user']>['secondFactors']>;

function Factors({ factors: { authenticator, passkeys, recoveryCodesLeft } }: { factors: Shown }) {
  const { t } = useTranslation();
  return (
    <>
      <EntryList>
        {authenticator && (
          <li>
            <FactorSummary name={t('people.factors.app')} {...authenticator} />
          </li>
        )}
        {passkeys.map(({ id, name, backedUp, createdAt, lastUsedAt }) => (
          <li key={id}>
            <FactorSummary name={name} backedUp={backedUp} addedAt={createdAt} lastUsedAt={lastUsedAt} />
          </li>
        ))}
      </EntryList>
      <Text size="sm" c="dimmed">
        {t('factors.codesLeft', { count: recoveryCodesLeft })}
      </Text>
    </>
  );
}

function NoFactors({ required }: { required: boolean }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" c="dimmed">
      {t('people.factors.none')} {required && t('people.factors.required')}
    </Text>
  );
}
