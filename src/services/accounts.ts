import { AccountEditing } from '../administration/account-editing.js';
import { Administration } from '../administration/administration.js';
import { RoleEditing } from '../administration/role-editing.js';
import { SetupLink } from '../administration/setup-link.js';
import { UserImport } from '../administration/user-import.js';
import { fleetId } from '../database/fleet-id.js';
import { ApiKeys } from '../machines/api-keys.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { OpenSessions } from '../sessions/open-sessions.js';
import { SessionPolicies, type SessionPolicy } from '../sessions/session-policy.js';
import { Sessions } from '../sessions/sessions.js';
import { AccountChanges } from '../users/account-changes.js';
import { Users } from '../users/users.js';
import type { Core } from './core.js';

/** Accounts, sessions and what administers them. */
export function createAccounts(
  { config, db, clock, events, limiters, signer }: Core,
  policies: readonly SessionPolicy[],
) {
  const changes = new AccountChanges(db, events, clock);
  const sessions = new Sessions({
    db,
    changes,
    signer,
    clock,
    policies: new SessionPolicies(policies, config.SESSION_LIFETIME),
    limiters,
    sessionsPerUser: config.SESSIONS_PER_USER,
  });
  const registrationLimit = new AddressLimit(limiters, {
    name: 'registrations',
    perHour: config.REGISTRATIONS_PER_ADDRESS,
    refusal: 'Too many accounts were created from this address; try again later.',
  });
  const users = new Users(db, registrationLimit, changes, clock);
  users.onChange(({ id }) => sessions.invalidate(id));
  const administration = new Administration(db, users, sessions, changes, clock);
  return {
    changes,
    apiKeys: new ApiKeys(db, users, sessions, clock),
    sessions,
    openSessions: new OpenSessions(db, clock),
    users,
    administration,
    accountEditing: new AccountEditing(db, users, changes, clock),
    roleEditing: new RoleEditing({ db, sessions, changes, clock }),
    setupLink: new SetupLink(administration, signer, () => fleetId(db)),
    userImport: new UserImport(db, clock),
  };
}
