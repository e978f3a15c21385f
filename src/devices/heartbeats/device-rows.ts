import { BatchQueue } from '../../database/batch-queue.js';
import type { Database } from '../../database/database.js';
import { integerArray } from '../../database/queries/integer-array.js';
import type { CallerRow } from '../../sessions/reading/caller-row.js';
import type { DeviceDetails, DeviceReport } from '../device-details.js';
import type { DeviceLimits } from '../limits/device-limits.js';

/** A device without a client id that a session takes over. */
export interface Takeover {
  readonly id: number;
  /** The session that beats for it; null for none. If another one does by then, the takeover fails. */
  readonly sessionId: string | null;
  /** Whether it is online. That session then gets it back with its next heartbeat. */
  readonly isOnline: boolean;
}

/** A heartbeat whose device is not in memory. The session is found by its id, or by the hash of its access token. */
export interface FirstHeartbeat extends DeviceReport {
  readonly session: { readonly id: string } | { readonly hash: string };
  readonly at: Date;
  /** Has the devices that are online, though the database does not have it yet. */
  readonly presence: { unsavedOnline(): readonly number[] };
  readonly takeover?: Takeover;
  /**
   * Whether a new device has been admitted by the limits. Otherwise one is created only if they admit any, and the
   * account has no device without a client id that the session could take over.
   */
  readonly isAdmitted?: boolean;
}

/** A device as the database had it before the heartbeat. */
export interface KnownDevice extends DeviceDetails {
  readonly id: number;
  readonly sessionId: string | null;
  /** Whether the session has taken it over, online since then: it was offline, and without a client id. */
  readonly isTaken: boolean;
}

/** What the database made of a first heartbeat. */
export interface FirstHeartbeatRow {
  /** Null for a session that is known by its id. */
  readonly caller: CallerRow | null;
  readonly known: KnownDevice | null;
  /** The id of a new device, which is online. */
  readonly created: number | null;
  /** Whether the account has as many devices as it may have. */
  readonly isFull: boolean;
}

/** A row of the function `first_heartbeats`. A heartbeat has a second one if its device was missing. */
interface Returned extends FirstHeartbeatRow {
  readonly index: number;
}

/** The rows of devices that send their first heartbeat in a session: one statement for those that arrive together. */
export class DeviceRows {
  /** One at a time: statements that add devices of the same accounts wait for each other. */
  readonly #beats = new BatchQueue((beats: readonly FirstHeartbeat[]) => this.#beatAll(beats), 1);

  constructor(
    private readonly db: Database,
    private readonly limits: DeviceLimits,
  ) {}

  /** The number of first heartbeats that wait. */
  get waiting(): number {
    return this.#beats.waiting;
  }

  /**
   * Finds the device of the client id or, without a client id, of the session or the one that has been offline longest,
   * and saves what the heartbeat reports; or creates it.
   * @returns null if the session has ended.
   */
  beat(beat: FirstHeartbeat): Promise<FirstHeartbeatRow | null> {
    return this.#beats.run(beat);
  }

  async #beatAll(beats: readonly FirstHeartbeat[]): Promise<(FirstHeartbeatRow | null)[]> {
    const admitsAny = this.limits.admitsAny(beats.length);
    const asked = beats.map((beat, index) => ({
      index,
      ...beat.session,
      clientId: beat.clientId,
      name: beat.name,
      version: beat.clientVersion,
      device: beat.takeover?.id,
      deviceSession: beat.takeover?.sessionId,
      isLent: beat.takeover?.isOnline,
      mayCreate: admitsAny || beat.isAdmitted === true,
      isAlone: beat.isAdmitted,
      at: beat.at,
    }));
    const rows = await this.db.em.execute<Returned[]>('select * from first_heartbeats(?, ?, ?)', [
      JSON.stringify(asked),
      this.limits.perAccount,
      integerArray(beats[0]?.presence.unsavedOnline() ?? []),
    ]);
    const results = beats.map((): FirstHeartbeatRow | null => null);
    for (const { index, caller, known, created, isFull } of rows) {
      const first = results[index];
      results[index] = first
        ? { ...first, created, isFull }
        : { caller, known, created: null, isFull: false };
    }
    return results;
  }
}
