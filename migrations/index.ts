import { Devices20261121 } from './20261121-devices.js';
import { Identity20261121 } from './20261121-identity.js';
import { Releases20261121 } from './20261121-releases.js';
import { Revocations20261121 } from './20261121-revocations.js';
import { Scans20261121 } from './20261121-scans.js';
import { AccountChanges20261128 } from './20261128-account-changes.js';
import { DeviceCounts20261128 } from './20261128-device-counts.js';
import { DeviceStatistics20261128 } from './20261128-device-statistics.js';
import { FirstHeartbeats20261128 } from './20261128-first-heartbeats.js';
import { Fleet20261128 } from './20261128-fleet.js';
import { KnownClients20261128 } from './20261128-known-clients.js';
import { LargeLists20261128 } from './20261128-large-lists.js';
import { ListOrders20261128 } from './20261128-list-orders.js';
import { NodeIds20261128 } from './20261128-node-ids.js';
import { PhoneForms20261128 } from './20261128-phone-forms.js';
import { PresenceClock20261128 } from './20261128-presence-clock.js';
import { SearchGrams20261128 } from './20261128-search-grams.js';
import { SessionRevocations20261128 } from './20261128-session-revocations.js';
import { StrangerFailures20261128 } from './20261128-stranger-failures.js';
import { UserCodeIndex20261128 } from './20261128-user-code-index.js';
import { AuditSearch20261129 } from './20261129-audit-search.js';
import { ClaimingSessions20261129 } from './20261129-claiming-sessions.js';
import { DeviceActions20261129 } from './20261129-device-actions.js';
import { DeviceClaims20261129 } from './20261129-device-claims.js';
import { DeviceGroups20261129 } from './20261129-device-groups.js';
import { DeviceMetadata20261129 } from './20261129-device-metadata.js';
import { DeviceOrders20261129 } from './20261129-device-orders.js';
import { DeviceTiming20261129 } from './20261129-device-timing.js';
import { ExportTickets20261129 } from './20261129-export-tickets.js';
import { FirstHeartbeatsOnNodes20261129 } from './20261129-first-heartbeats-on-nodes.js';
import { FleetHistory20261129 } from './20261129-fleet-history.js';
import { FleetStarts20261129 } from './20261129-fleet-starts.js';
import { KnownChallenges20261129 } from './20261129-known-challenges.js';
import { LastBackup20261129 } from './20261129-last-backup.js';
import { MachineSessions20261129 } from './20261129-machine-sessions.js';
import { MachineTokens20261129 } from './20261129-machine-tokens.js';
import { Machines20261129 } from './20261129-machines.js';
import { Passkeys20261129 } from './20261129-passkeys.js';
import { PresencePosition20261129 } from './20261129-presence-position.js';
import { Recovery20261129 } from './20261129-recovery.js';
import { RefreshedSessions20261129 } from './20261129-refreshed-sessions.js';
import { RetiredDevices20261129 } from './20261129-retired-devices.js';
import { RoomForLastSeen20261129 } from './20261129-room-for-last-seen.js';
import { SecondFactors20261129 } from './20261129-second-factors.js';

/**
 * All migrations, oldest first. `npx mikro-orm migration:create` writes a new one, which must be added at the end; a
 * released one never changes.
 */
export const migrations = [
  Identity20261121,
  Devices20261121,
  Releases20261121,
  Revocations20261121,
  Scans20261121,
  PresenceClock20261128,
  NodeIds20261128,
  ListOrders20261128,
  PhoneForms20261128,
  StrangerFailures20261128,
  KnownClients20261128,
  SessionRevocations20261128,
  UserCodeIndex20261128,
  LargeLists20261128,
  DeviceCounts20261128,
  DeviceStatistics20261128,
  SearchGrams20261128,
  AccountChanges20261128,
  Fleet20261128,
  FirstHeartbeats20261128,
  PresencePosition20261129,
  FirstHeartbeatsOnNodes20261129,
  RefreshedSessions20261129,
  RoomForLastSeen20261129,
  FleetStarts20261129,
  LastBackup20261129,
  Recovery20261129,
  Machines20261129,
  DeviceMetadata20261129,
  RetiredDevices20261129,
  DeviceClaims20261129,
  FleetHistory20261129,
  AuditSearch20261129,
  MachineTokens20261129,
  DeviceActions20261129,
  SecondFactors20261129,
  Passkeys20261129,
  ClaimingSessions20261129,
  DeviceTiming20261129,
  ExportTickets20261129,
  DeviceGroups20261129,
  DeviceOrders20261129,
  MachineSessions20261129,
  KnownChallenges20261129,
];
