import { Sessions } from '../../domain/sessions.js';
import { usePermission, useViewer } from '../../session/session-context.js';
import type { LoadedDevice } from './use-device.js';

/** The sessions of a device. Only its owner and people who manage sessions may see them. */
export function DeviceSessions({ device: { id, user } }: { device: LoadedDevice }) {
  const viewer = useViewer();
  const may = usePermission();
  if (viewer.user.id !== user.id && !may('SESSIONS_READ')) return null;
  return <Sessions filter={{ deviceId: id }} />;
}
