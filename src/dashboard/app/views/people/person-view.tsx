import { Anchor, Grid, Stack, Text } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { type CombinedError, useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { nodeIdOf } from '../../api/node-id.js';
import { displayName } from '../../domain/display-name.js';
import { Sessions } from '../../domain/sessions.js';
import { type PersonFragment, UserDocument } from '../../generated/graphql.js';
import { usePermission, useViewer } from '../../session/session-context.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { AdministrationFailure } from './administration-failure.js';
import { EndSessions } from './end-sessions.js';
import { PersonActions } from './person-actions.js';
import { PersonActivity } from './person-activity.js';
import { PersonDetails } from './person-details.js';
import { PersonDevices } from './person-devices.js';
import { PersonFactors } from './person-factors.js';
import { PersonRoles } from './person-roles.js';
import { ServiceAccountKeys } from './service-account-keys.js';

export function Component() {
  const { id = '' } = useParams();
  return <PersonView key={id} id={nodeIdOf('user', id)} />;
}

function PersonView({ id }: { id: string }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: UserDocument, variables: { id } });
  if (data?.user) return <PersonPage person={data.user} onChanged={reload} />;
  const failure = error ? failureOf(error) : null;
  // An address can also hold what is no id of a user.
  const isUnknown = failure ? failure.field === 'id' : data !== undefined;
  return (
    <Page title={t('people.person')}>
      {isUnknown && <PersonNotFound />}
      {!isUnknown && (failure ? <FailureAlert failure={failure} onRetry={reload} /> : <Loading />)}
    </Page>
  );
}

/** Administrators cannot change their own account here, so that they do not lock themselves out. */
function PersonPage({ person, onChanged }: { person: PersonFragment; onChanged: () => void }) {
  const { t } = useTranslation();
  const viewer = useViewer();
  const may = usePermission();
  const [failure, setFailure] = useState<CombinedError | undefined>();
  const isService = person.kind === 'SERVICE';
  const isViewer = viewer.user.id === person.id;
  const changeable = may('USERS_MANAGE') && !isViewer;
  // A key: a new status or role ends sessions and adds audit entries, so their lists load again.
  const state = `${person.status} ${person.roles.map(({ code }) => code).join(' ')}`;
  const [changes, setChanges] = useState(0);
  const changed = (error: CombinedError | undefined) => {
    setFailure(error);
    setChanges(changes + 1);
    onChanged();
  };
  return (
    <Page
      title={displayName(person)}
      parent={{ to: '/people', title: t('people.title') }}
      actions={changeable && <PersonActions person={person} onChanged={changed} />}
    >
      <AdministrationFailure error={failure} />
      {isViewer && <OwnAccountNote />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <PersonDetails person={person} />
            <PersonRoles key={state} person={person} changeable={changeable} onChanged={onChanged} />
            {!isService && (
              <PersonFactors
                key={`factors ${state} ${changes}`}
                person={person}
                resettable={changeable}
                onReset={changed}
              />
            )}
            {isService && <ServiceAccountKeys key={`keys ${state}`} person={person} />}
            <PersonDevices userId={person.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            {may('SESSIONS_READ') && !isService && (
              <Sessions
                key={`sessions ${state} ${changes}`}
                filter={{ userId: person.id, kind: 'LOGIN' }}
                action={
                  may('SESSIONS_MANAGE') && !isViewer && <EndSessions person={person} onEnded={changed} />
                }
              />
            )}
            {may('AUDIT_READ') && <PersonActivity key={`activity ${state} ${changes}`} userId={person.id} />}
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function OwnAccountNote() {
  return (
    <Text c="dimmed">
      <Trans
        i18nKey="people.ownAccount"
        components={{ account: <Anchor component={Link} to="/account" underline="always" /> }}
      />
    </Text>
  );
}

function PersonNotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<IconUserQuestion size={32} stroke={1.4} aria-hidden />}
      action={
        <Anchor component={Link} to="/people">
          {t('people.backToPeople')}
        </Anchor>
      }
    >
      {t('people.notFound')}
    </EmptyState>
  );
}
