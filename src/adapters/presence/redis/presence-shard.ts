import { z } from 'zod';
import type { NewChange } from '../../../devices/presence.js';
import type { OfflineReason } from '../../../devices/presence-event.entity.js';
import type { RedisClient } from '../../../redis/client.js';
import { fractionOf, type Lease, scoreOf } from './lease-score.js';
import {
  APPEND,
  CHANGE_SESSIONS,
  EXPIRE,
  FIND,
  FORGET_NODE,
  LEAVE,
  OTHER_EPOCH,
  READ,
  RENEW,
  TRIM,
} from './scripts.js';
import { type StreamEntry, streamEntry } from './stream-entry.js';

/** Devices in one call: a script can unpack 8,000 values, and others must not wait for it for long. */
export const MAX_DEVICES = 3000;
/** Entries in one reply. */
const MAX_ENTRIES = 1000;
/** A node reads several times a second. */
const LOST_AFTER_MS = 2000;

/** A device that leaves. */
export interface Leaving {
  readonly deviceId: number;
  /** The tag of the session that must have sent its latest heartbeat; null for any. */
  readonly session: number | null;
  /** Null for a deleted device. */
  readonly reason: OfflineReason | null;
}

/** A lease as Redis has it. */
export interface StoredLease {
  readonly deviceId: number;
  readonly score: string;
}

/** What a sweep finds. Times of Redis, in milliseconds. */
export interface ShardSweep {
  readonly now: number;
  /** 0 for the first sweep. */
  readonly sinceLastMs: number;
  /** The number of nodes that have ended since the last sweep without saying so. */
  readonly lostNodes: number;
  /** Whether another node has swept until now, and held expiries. */
  readonly isHoldTakenOver: boolean;
  /** The number of online devices. */
  readonly online: number;
  /** The number of leases that have ended. */
  readonly endedCount: number;
  /** Leases that have ended, at most `MAX_DEVICES`. */
  readonly ended: readonly StoredLease[];
}

/** The next entries of a stream. */
export interface Page {
  readonly entries: readonly StreamEntry[];
  /** Whether the stream may have more. */
  readonly hasMore: boolean;
  /** Whether the latest sweep holds expiries. */
  readonly holds: boolean;
}

/** The epoch of a shard is another one: what was to be done in it has not been done. */
export class EpochEnded extends Error {}

/** Online devices of each shard that are enough to judge the others by. */
const SAMPLE_SIZE = 1250;

const Scores = z.array(z.string());
const Ids = z.array(z.coerce.number());
const Found = z.tuple([z.int(), z.int(), z.int(), z.int(), z.int(), z.int(), Scores]).nullable();
const Read = z.tuple([z.int(), z.array(z.tuple([z.string(), z.array(z.string())]))]);

/** The shard of a device, among so many. */
export const shardOf = (deviceId: number, shards: number): number => deviceId % shards;

/** The keys of a shard, in one slot of a cluster. */
export function keysOfShard(fleetId: string, shard: number): string[] {
  const slot = `gatehouse:{${fleetId}:s${shard}}`;
  return [`${slot}:leases`, `${slot}:transitions`, `${slot}:state`, `${slot}:left`];
}

/**
 * The part of a fleet's devices whose leases and transitions are in one slot of a cluster. A transition is appended to
 * the shard's stream in the script that causes it, and so once, whichever nodes notice it. All methods throw `EpochEnded`
 * if the epoch is another one.
 */
export class PresenceShard {
  constructor(
    private readonly client: RedisClient,
    private readonly keys: readonly string[],
    private readonly epoch: string,
  ) {}

  /**
   * Hands leases to Redis: each device once, at most `MAX_DEVICES`. Those without a lease come online.
   * @returns the devices that stay offline, because their sessions have just ended.
   */
  async renew(leases: readonly Lease[]): Promise<number[]> {
    const values = leases.flatMap((lease) => [lease.deviceId, scoreOf(lease), lease.owner]);
    return Ids.parse(await this.#run(RENEW, values));
  }

  /**
   * Notes that other sessions beat for devices, at most `MAX_DEVICES`. A lease that `renew` keeps because it is longer is
   * that of the latest session, too.
   */
  async changeSessions(leases: readonly Lease[]): Promise<void> {
    await this.#run(
      CHANGE_SESSIONS,
      leases.flatMap((lease) => [lease.deviceId, fractionOf(lease)]),
    );
  }

  /** Takes devices offline, at most `MAX_DEVICES`, unless another session beats for them. */
  async leave(devices: readonly Leaving[]): Promise<void> {
    await this.#run(
      LEAVE,
      devices.flatMap(({ deviceId, session, reason }) => [deviceId, session ?? '', reason ?? 'DELETED']),
    );
  }

  /** Appends changes of what is shown of devices, at most `MAX_DEVICES`. */
  async append(changes: readonly NewChange[]): Promise<void> {
    await this.#run(
      APPEND,
      changes.flatMap(({ deviceId, online: _online, at: _at, ...change }) => [
        deviceId,
        JSON.stringify(change),
      ]),
    );
  }

  /**
   * The entries after an offset; without any, there are none for now.
   * @param node that reads: it is lost if it does not read for long.
   */
  async read(offset: number, node: string): Promise<Page> {
    const [holds, entries] = Read.parse(await this.#run(READ, [offset, MAX_ENTRIES, node]));
    const hasMore = entries.length === MAX_ENTRIES;
    return { holds: holds === 1, hasMore, entries: entries.map(streamEntry) };
  }

  /** Lets Redis drop entries up to an offset. */
  async trim(offset: number): Promise<void> {
    await this.#run(TRIM, [offset]);
  }

  /** The node ends as it should. */
  async forgetNode(node: string): Promise<void> {
    await this.#run(FORGET_NODE, [node]);
  }

  /**
   * Begins a sweep.
   * @param token of the lease of the sweep.
   * @param holds whether expiries are held, as all nodes are to show.
   * @returns null if a later holder of that lease has begun one.
   */
  async find(token: number, holds: boolean): Promise<ShardSweep | null> {
    const values = [token, MAX_DEVICES, holds ? 1 : 0, LOST_AFTER_MS];
    const found = Found.parse(await this.#run(FIND, values));
    if (found === null) return null;
    const [now, sinceLastMs, lostNodes, isTakenOver, online, endedCount, ended] = found;
    return {
      now,
      sinceLastMs,
      lostNodes,
      isHoldTakenOver: isTakenOver === 1,
      online,
      endedCount,
      ended: storedLeases(ended),
    };
  }

  /** Leases of online devices, all of them or chosen by chance. */
  async sample(): Promise<StoredLease[]> {
    const [leases = ''] = this.keys;
    return storedLeases(Scores.parse(await this.client.zrandmember(leases, SAMPLE_SIZE, 'WITHSCORES')));
  }

  /**
   * Takes devices offline whose leases have ended, unless they were renewed since.
   * @param token of the lease of the sweep.
   * @returns false if a later holder of that lease has swept.
   */
  async expire(token: number, ended: readonly StoredLease[]): Promise<boolean> {
    const values = ended.flatMap(({ deviceId, score }) => [deviceId, score]);
    return (await this.#run(EXPIRE, [token, ...values])) === 1;
  }

  async #run(script: string, values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.client.eval(script, this.keys.length, ...this.keys, this.epoch, ...values);
    } catch (error) {
      throw String(error).includes(OTHER_EPOCH) ? new EpochEnded('The epoch has ended.') : error;
    }
  }
}

function storedLeases(flat: readonly string[]): StoredLease[] {
  const leases: StoredLease[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    leases.push({ deviceId: Number(flat[at]), score: flat[at + 1] ?? '' });
  }
  return leases;
}
