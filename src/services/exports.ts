import type { Heartbeats } from '../devices/heartbeats/heartbeats.js';
import { ExportTickets } from '../exports/export-tickets.js';
import { Exports } from '../exports/exports.js';
import type { FairTurns } from '../rate-limits/fair-turns.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import type { Core } from './core.js';

/** Lists as files. */
export function createExports(
  { db, clock, limiters }: Core,
  { sessions, users }: { readonly sessions: Sessions; readonly users: Users },
  { heartbeats }: { readonly heartbeats: Heartbeats },
  databaseTurns: FairTurns,
) {
  const exportTickets = new ExportTickets(db, limiters, clock);
  return {
    exportTickets,
    exports: new Exports({ db, sessions, users, heartbeats, databaseTurns, tickets: exportTickets, clock }),
  };
}
