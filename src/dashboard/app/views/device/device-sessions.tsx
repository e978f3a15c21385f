import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { SessionList } from '../../domain/session-list.js';
import { SessionsDocument, type SessionsQuery } from '../../generated/graphql.js';
import { usePermission, useViewer } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import type { LoadedDevice } from './device-details.js';

type Session = SessionsQuery['sessions'][number];

/** The sessions of a device. Only its owner and people who manage sessions may see them. */
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
  const sessions = data?.sessions.filter((session) => isSessionOf(device, session));
  return (
    <Section title={t('device.sessions')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!sessions && !error && <Loading />}
      {sessions && <SessionList sessions={sessions} onRevoked={reload} />}
    </Section>
  );
}

/** A session belongs to a device when its login named the device, or when the device's heartbeats use it. */
const isSessionOf = ({ clientId, sessionId }: LoadedDevice, { id, deviceId }: Session): boolean =>
  id === sessionId || (clientId !== null && deviceId === clientId);
