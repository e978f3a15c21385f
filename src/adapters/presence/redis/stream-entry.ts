import { z } from 'zod';
import { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { NewEntry } from '../../../devices/transitions/transition-log.js';
import { Api } from '../../../sessions/session.entity.js';

/** An entry of a shard's stream. */
export interface StreamEntry {
  /** From 1, without a gap. */
  readonly offset: number;
  readonly entry: NewEntry;
  /** Whether the device is online after it; null if it does not change that. */
  readonly online: boolean | null;
  /** The owner of a device that came online; else null. */
  readonly owner: number | null;
  /** The session whose end took the device offline; null if it was not one. */
  readonly ended: EndedLease | null;
}

/** The lease of a session that has ended. */
export interface EndedLease {
  /** See `sessionTag`. */
  readonly session: number;
  /** How long it would have lasted. */
  readonly leftMs: number;
}

const Text = z.string().nullable();
const Before = z.object({
  api: z.enum(Api),
  name: Text,
  clientVersion: Text,
  displayName: Text.exactOptional(),
  tags: z.array(z.string()).exactOptional(),
  channel: z.string().exactOptional(),
  retiredAt: z.null().exactOptional(),
});
const Change = z.union([
  z.object({ before: Before }),
  z.object({ ownerBefore: z.object({ username: Text, phone: Text, name: Text, nickname: Text }) }),
]);
const Fields = z.intersection(
  z.object({ device: z.coerce.number(), at: z.coerce.number() }),
  z.union([
    z.object({ owner: z.coerce.number() }),
    z.object({
      reason: z.enum({ ...OfflineReason, DELETED: 'DELETED' }),
      session: z.string().default(''),
      left: z.coerce.number().default(0),
    }),
    z.object({ online: z.string(), change: z.preprocess(parsed, Change) }),
    z.object({}),
  ]),
);

/** Reads an entry as Redis returns it: id, and names and values of its fields. Those of newer nodes are hidden. */
export function streamEntry([id, flat]: readonly [id: string, flat: readonly string[]]): StreamEntry {
  const values: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) values[flat[at] ?? ''] = flat[at + 1] ?? '';
  const { device: deviceId, at, ...fields } = Fields.parse(values);
  const unchanged = { offset: Number.parseInt(id, 10), online: null, owner: null, ended: null };
  if ('owner' in fields) {
    const entry = { deviceId, at, online: true, reason: null };
    return { ...unchanged, entry, online: true, owner: fields.owner };
  }
  if ('reason' in fields) {
    const { reason, session, left } = fields;
    const ended = session === '' ? null : { session: Number(session), leftMs: left };
    const entry = { deviceId, at, online: false } as const;
    const shown = reason === 'DELETED' ? { ...entry, isHidden: true as const } : { ...entry, reason };
    return { ...unchanged, entry: shown, online: false, ended };
  }
  if (!('change' in fields)) return { ...unchanged, entry: { deviceId, at, online: false, isHidden: true } };
  const { change } = fields;
  if ('before' in change) {
    return { ...unchanged, entry: { deviceId, at, online: fields.online === '1', ...change } };
  }
  return { ...unchanged, entry: { deviceId, at, online: true, ...change } };
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
