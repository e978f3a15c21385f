import type { Row } from '../support/row.ts';
import { events } from './events.ts';
import { heartbeat } from './heartbeat.ts';
import { idle } from './idle.ts';
import { listRow } from './lists.ts';
import { me } from './me.ts';
import { presence } from './presence.ts';

/** All rows of the table, in its order. */
export const rows: readonly Row[] = [heartbeat, me, listRow, events, idle, presence];
