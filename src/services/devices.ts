import { DeviceActionRunner } from '../devices/actions/device-action-runner.js';
import { DeviceActions } from '../devices/actions/device-actions.js';
import { DeviceSettings } from '../devices/device-settings.js';
import { Devices } from '../devices/devices.js';
import { DeviceEditing } from '../devices/editing/device-editing.js';
import { DeviceRetirement } from '../devices/editing/device-retirement.js';
import { DeviceGroups } from '../devices/groups/device-groups.js';
import { Bindings } from '../devices/heartbeats/bindings.js';
import { Heartbeats } from '../devices/heartbeats/heartbeats.js';
import { FleetHistory } from '../devices/history/fleet-history.js';
import { FleetSampler } from '../devices/history/fleet-sampler.js';
import { VersionHistory } from '../devices/history/version-history.js';
import { KnownDevices } from '../devices/known-devices.js';
import { DeviceLimits } from '../devices/limits/device-limits.js';
import { SessionLimit } from '../devices/limits/session-limit.js';
import { OnlineDevices } from '../devices/live/online-devices.js';
import { PresenceStore } from '../devices/transitions/presence-store.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import type { Core } from './core.js';

/** Devices, their presence and their history. */
export function createDevices(
  { config, db, clock, events, limiters, createPresence, createHeartbeatRelay }: Core,
  { sessions, users }: { readonly sessions: Sessions; readonly users: Users },
) {
  const store = new PresenceStore(db, config.HEARTBEAT_INTERVAL);
  const limits = new DeviceLimits(limiters, config.DEVICES_PER_ACCOUNT, config.DEVICES_PER_ADDRESS);
  const bindings = new Bindings(db, limits);
  const heartbeats = new Heartbeats(store, bindings, events, clock, createPresence);
  sessions.endings.onEnd((ended) => heartbeats.sessionsEnded(ended));
  const sessionLimit = new SessionLimit(db, sessions, heartbeats, clock, config.SESSIONS_PER_USER);
  sessions.onOpen((session, openSessions) => sessionLimit.enforce(session, openSessions));
  users.onChange((user, before) => heartbeats.ownerChanges.add(user, before));
  sessions.onRefresh((expiresAt) => heartbeats.sessionsRefreshed(expiresAt));
  const deviceSettings = new DeviceSettings(db, heartbeats, events);
  return {
    heartbeats,
    deviceSettings,
    deviceGroups: new DeviceGroups(db, clock),
    deviceRetirement: new DeviceRetirement(db, heartbeats, sessions, clock),
    deviceActions: new DeviceActions(db, heartbeats, events, clock),
    deviceActionRunner: new DeviceActionRunner({
      db,
      heartbeats,
      settings: deviceSettings,
      sessions,
      events,
      clock,
    }),
    deviceEditing: new DeviceEditing(db, heartbeats, deviceSettings, clock),
    heartbeatRelay: createHeartbeatRelay(heartbeats.recorded),
    devices: new Devices(db, heartbeats, new KnownDevices(db, events, sessions)),
    onlineDevices: new OnlineDevices(db),
    versionHistory: new VersionHistory(db),
    fleetSampler: new FleetSampler(db, heartbeats, clock),
    fleetHistory: new FleetHistory(db, clock),
  };
}
