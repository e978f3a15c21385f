import { AuditEntry } from '../../audit/audit-entry.entity.js';
import { DeviceAction } from '../../devices/actions/device-action.entity.js';
import { Device } from '../../devices/device.entity.js';
import { PresenceEvent } from '../../devices/presence-event.entity.js';
import { ApiKey } from '../../machines/api-key.entity.js';
import { Release } from '../../releases/release.entity.js';
import { Session } from '../../sessions/session.entity.js';
import { User } from '../../users/user.entity.js';
import { connectionType } from '../connection.js';

export const ApiKeyConnection = connectionType('ApiKey', ApiKey, 'API keys');
export const AuditConnection = connectionType('Audit', AuditEntry, 'audit entries');
export const DeviceConnection = connectionType('Device', Device, 'devices');
export const DeviceActionConnection = connectionType('DeviceAction', DeviceAction, 'actions on many devices');
export const PresenceEventConnection = connectionType('PresenceEvent', PresenceEvent, 'presence events');
export const ReleaseConnection = connectionType('Release', Release, 'releases');
export const SessionConnection = connectionType('Session', Session, 'sessions');
export const UserConnection = connectionType('User', User, 'users');
