import type { PresenceStore, SavedPresence } from '../../../devices/transitions/presence-store.js';
import type { RedisClient } from '../../../redis/client.js';
import type { Position } from '../../../streams/position.js';
import type { Epochs } from './epochs.js';
import { PresenceShard } from './presence-shard.js';
import type { StreamEntry } from './stream-entry.js';

/** The epoch that a node takes part in. */
export interface JoinedEpoch {
  readonly epoch: string;
  readonly shards: readonly PresenceShard[];
  /** By shard: up to which entries were read. */
  readonly offsets: number[];
}

/** What a node that joins starts with. */
export interface Found {
  readonly saved: SavedPresence;
  /** Up to which the transitions are saved, in the epoch to join. */
  readonly savedOffsets: readonly number[];
  /** The entries that each shard keeps. */
  readonly kept: readonly (readonly StreamEntry[])[];
  /** Before these. */
  readonly joined: JoinedEpoch;
}

export interface JoiningOptions {
  readonly client: RedisClient;
  /** The keys of each shard. */
  readonly shards: readonly (readonly string[])[];
  readonly store: PresenceStore;
  readonly epochs: Epochs;
  /** See `PresenceShard.read`. */
  readonly node: string;
  /** Called after this node has started an epoch. */
  onEpoch(): void;
}

/** Joins the epoch of a fleet: what is saved, and what the streams have had since. */
export class Joining {
  constructor(private readonly options: JoiningOptions) {}

  /** @returns null if it must be called again: another node is starting an epoch, or this one has. */
  async run(): Promise<Found | null> {
    const { store, epochs, client, shards: keys, node } = this.options;
    const epoch = await epochs.read();
    if (epoch === null) return this.#start(epoch);
    const saved = await store.load();
    const savedOffsets = offsetsIn(epoch, keys.length, saved.position);
    if (savedOffsets === null) return this.#start(epoch);
    const shards = keys.map((of) => new PresenceShard(client, of, epoch));
    const kept = await Promise.all(shards.map((shard) => readAll(shard, node)));
    const base = kept.map(([first], shard) => (first ? first.offset - 1 : (savedOffsets[shard] ?? 0)));
    const latest = kept.map((entries) => entries.at(-1)?.offset ?? 0);
    // Redis was restored from a backup.
    if (!isUpTo(savedOffsets, latest)) return this.#start(epoch);
    if (!kept.every(hasNoGap) || !isUpTo(base, savedOffsets)) {
      // Other nodes have saved and dropped entries meanwhile, or the database was restored from a backup.
      const current = offsetsIn(epoch, keys.length, await store.position());
      return current !== null && isUpTo(base, current) ? null : this.#start(epoch);
    }
    return { saved, savedOffsets, kept, joined: { epoch, shards, offsets: base } };
  }

  /** @param epoch that cannot be joined. */
  async #start(epoch: string | null): Promise<null> {
    if (await this.options.epochs.start(epoch)) this.options.onEpoch();
    return null;
  }
}

const offsetsIn = (epoch: string, shards: number, position: Position | null): readonly number[] | null =>
  position?.epoch === epoch && position.offsets.length === shards ? position.offsets : null;

const isUpTo = (offsets: readonly number[], limits: readonly number[]): boolean =>
  offsets.every((offset, shard) => offset <= (limits[shard] ?? 0));

const hasNoGap = (entries: readonly StreamEntry[]): boolean =>
  (entries.at(-1)?.offset ?? 0) - (entries[0]?.offset ?? 1) === entries.length - 1;

/** All entries that the shard keeps. */
async function readAll(shard: PresenceShard, node: string): Promise<StreamEntry[]> {
  const all: StreamEntry[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await shard.read(all.at(-1)?.offset ?? 0, node);
    for (const entry of page.entries) all.push(entry);
    hasMore = page.hasMore;
  }
  return all;
}
