import type { PresenceStore } from '../../../devices/transitions/presence-store.js';
import type { Transition } from '../../../devices/transitions/transition-log.js';
import { EpochEnded, type PresenceShard } from './presence-shard.js';
import type { StreamEntry } from './stream-entry.js';

/** Entries that a shard keeps for nodes that start, and so for cursors. */
const KEPT = 4096;

/** Copies the transitions of all shards to the database, from where the latest copy of any node has ended. */
export class TransitionCopier {
  /** @param node see `PresenceShard.read`. */
  constructor(
    private readonly store: PresenceStore,
    private readonly node: string,
  ) {}

  /** @throws EpochEnded if the database has another epoch. */
  async copy({
    epoch,
    shards,
  }: {
    readonly epoch: string;
    readonly shards: readonly PresenceShard[];
  }): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const from = await this.store.position();
      if (from?.epoch !== epoch) throw new EpochEnded('The database has another epoch.');
      const offsetOf = (shard: number) => from.offsets[shard] ?? 0;
      const pages = await unlessFailed(
        Promise.all(shards.map((shard, index) => shard.read(offsetOf(index), this.node))),
      );
      if (pages === null) return;
      const offsets = pages.map(({ entries }, shard) => entries.at(-1)?.offset ?? offsetOf(shard));
      const entries = pages.flatMap((page) => page.entries);
      if (entries.length > 0) await this.store.advance(from, offsets, entries.flatMap(transitionOf));
      const trims = shards.map((shard, index) => {
        const offset = offsets[index] ?? 0;
        return offset > offsetOf(index) ? shard.trim(Math.max(0, offset - KEPT)) : null;
      });
      await unlessFailed(Promise.all(trims));
      hasMore = pages.some((page) => page.hasMore);
    }
  }
}

/** Null if the epoch has ended, or Redis does not answer, which the ticks report. */
const unlessFailed = <T>(result: Promise<T>): Promise<T | null> => result.catch(() => null);

/** The entry as the database has it; none for a change. */
function transitionOf({ offset, entry }: StreamEntry): Transition[] {
  return 'reason' in entry ? [{ ...entry, offset }] : [];
}
