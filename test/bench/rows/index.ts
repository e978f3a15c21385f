import type { Row } from '../support/row.ts';
import { heartbeat } from './heartbeat.ts';
import { listRow } from './lists.ts';
import { me } from './me.ts';

/** All rows of the table, in its order. */
export const rows: readonly Row[] = [heartbeat, me, listRow];
