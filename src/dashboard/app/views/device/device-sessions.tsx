import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { SessionList } from '../../domain/session-list.js';
import { SessionsDocument, type SessionsQuery } from '../../generated/graphql.js';
import { usePermission, useViewer } from '../../session/session-context.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import type { LoadedDevice } from './device-details.js';

type Session = SessionsQuery['sessions'][number];

/** The sessions that a device came with, for its owner and for who may look after the sessions of others. */
export function DeviceSessions({ device }: { device: LoadedDevice }) {
  const { user } = useViewer();
  const may = usePermission();
  if (user.id !== device.user.id && !may('sessions:manage')) return null;
  return <Sessions device={device} />;
}

function Sessions({ device }: { device: LoadedDevice }) {
  const { t } = useTranslation();
  const variables = { userId: device.user.id };
  const [{ data, error }, reload] = useQuery({ query: SessionsDocument, variables });
  const sessions = data?.sessions.filter((session) => isOf(device, session));
  return (
    <Section title={t('device.sessions')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!sessions && !error && <Loading />}
      {sessions?.length === 0 && <EmptyState>{t('device.noSessions')}</EmptyState>}
      {sessions && sessions.length > 0 && <SessionList sessions={sessions} onRevoked={reload} />}
    </Section>
  );
}

/** A login that named the device, or the one whose beats count for it. */
const isOf = ({ clientId, sessionId }: LoadedDevice, { id, deviceId }: Session): boolean =>
  id === sessionId || (clientId !== null && deviceId === clientId);
