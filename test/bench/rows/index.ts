import type { Row } from '../support/row.ts';
import { downloadRow } from './download.ts';
import { events } from './events.ts';
import { fleet } from './fleet.ts';
import { heartbeat } from './heartbeat.ts';
import { idle } from './idle.ts';
import { listRow } from './lists.ts';
import { login } from './login.ts';
import { me } from './me.ts';
import { nodes } from './nodes.ts';
import { presence } from './presence.ts';
import { restart } from './restart.ts';
import { start } from './start.ts';
import { subscribersRow } from './subscribers.ts';
import { uploadRow } from './upload.ts';

/** All rows of the table, in its order. */
export const rows: readonly Row[] = [
  heartbeat,
  me,
  listRow,
  events,
  idle,
  subscribersRow,
  presence,
  nodes,
  login,
  fleet,
  restart,
  uploadRow,
  downloadRow,
  start,
];
