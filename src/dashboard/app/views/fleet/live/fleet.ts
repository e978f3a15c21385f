import type { Client } from 'urql';
import { Failure, failureOf } from '../../../api/failure.js';
import type { LiveConnection } from '../../../client/live-connection.js';
import {
  type DeviceFilter,
  DevicesDocument,
  type DevicesQueryVariables,
  FleetStatusDocument,
  type FleetStatusSubscription,
  type MachineFragment,
  PresenceSummaryDocument,
  type PresenceSummaryQuery,
} from '../../../generated/graphql.js';
import { orderBy } from '../filters/fleet-order.js';
import { DeviceTable, type Listing } from './device-table.js';
import { FrameScheduler } from './frame-scheduler.js';
import type { HeartbeatFeed, Heartbeats } from './heartbeat-feed.js';
import { MissedChanges } from './missed-changes.js';
import { PerSecondCounter } from './per-second-counter.js';

/** The gateway's largest page. */
const PAGE_SIZE = 100;
/** A larger fleet is listed only in part, and searched for the rest. */
export const MOST_ROWS = 20_000;
const MINUTE_SECONDS = 60;
/** An outdated list is loaded again after this time, and after twenty times as long as loading it took. */
const SORT_AGAIN_MS = 2000;
const SORT_AGAIN_LOADS = 20;
/** No event reports problems of the gateway, or a device that never sent a heartbeat. */
const SUMMARY_INTERVAL_MS = 10_000;

export type Problem = NonNullable<PresenceSummaryQuery['health']>['problems'][number];

/** All state but the devices themselves. Immutable: a change makes a new snapshot. */
export interface FleetSnapshot {
  /** Null while loading. */
  readonly counts: { readonly total: number; readonly online: number; readonly offline: number } | null;
  /** Transitions in the last minute. */
  readonly cameOnline: number;
  readonly wentOffline: number;
  /** The start of counting in milliseconds since the epoch; null once a whole minute is counted. */
  readonly countedSince: number | null;
  readonly degraded: boolean;
  /** What does not work as usual; none for viewers who may not know. */
  readonly problems: readonly Problem[];
  /** The number of devices loaded so far. */
  readonly loaded: number;
  readonly loading: boolean;
  readonly failure: Failure | null;
  /** Whether all changes arrive: connected, and the snapshot of online devices was received. */
  readonly live: boolean;
  /** Changes missed during a disconnect: their number, `reloaded`, or null if there is nothing to report. */
  readonly missedChanges: number | 'reloaded' | null;
}

/**
 * The devices that a filter selects, live. Its state is outside React: an event costs a few map entries, and
 * subscribers are notified once per frame. Changes during a disconnect are replayed or loaded again.
 */
export class Fleet {
  readonly table = new DeviceTable();
  #cameOnline = new PerSecondCounter(MINUTE_SECONDS, Date.now());
  #wentOffline = new PerSecondCounter(MINUTE_SECONDS, Date.now());
  readonly #missedChanges = new MissedChanges();
  readonly #frames = new FrameScheduler(() => {
    this.#snapshot = this.#takeSnapshot();
  });
  readonly #cleanups: (() => void)[] = [];
  /** The ids of the parts of a snapshot so far. */
  #snapshotIds: string[] = [];
  #summary: PresenceSummaryQuery['presenceSummary'] | null = null;
  #problems: readonly Problem[] = [];
  /** The latest load; null when it is complete. */
  #load: { readonly isQuiet: boolean } | null = null;
  #loadMs = 0;
  #sortTimer: ReturnType<typeof setTimeout> | undefined;
  #failure: Failure | null = null;
  #snapshot: FleetSnapshot;

  constructor(
    private readonly client: Client,
    private readonly connection: LiveConnection,
    private readonly feed: HeartbeatFeed,
    private readonly filter: DeviceFilter,
    private listing: Listing,
  ) {
    this.#snapshot = this.#takeSnapshot();
  }

  readonly subscribe = this.#frames.subscribe;
  readonly getSnapshot = (): FleetSnapshot => this.#snapshot;

  start(): void {
    const { connection, filter } = this;
    const onError = (error: unknown) => {
      this.#failure = Failure.of(Array.isArray(error) ? error[0] : undefined);
      this.#frames.schedule();
    };
    const summaryTimer = setInterval(() => void this.#loadSummary(), SUMMARY_INTERVAL_MS);
    this.#cleanups.push(
      this.feed.onHeartbeats((heartbeats) => this.#applyHeartbeats(heartbeats)),
      this.feed.subscribe(() => this.#frames.schedule()),
      connection.subscribeWithRecovery(
        FleetStatusDocument,
        { filter },
        (data) => this.#applyStatus(data),
        onError,
      ),
      connection.onStateChange(() => this.#connectionChanged()),
      () => clearInterval(summaryTimer),
    );
    this.#reload();
  }

  stop(): void {
    this.#load = null;
    clearTimeout(this.#sortTimer);
    for (const cleanup of this.#cleanups) cleanup();
    this.#frames.stop();
  }

  /** Lists other devices of the fleet, or the same ones in another order. */
  show(listing: Listing): void {
    const { order, presence } = this.listing;
    if (order === listing.order && presence === listing.presence) return;
    this.listing = listing;
    void this.#loadDevices();
  }

  readonly dismissMissedChanges = (): void => {
    this.#missedChanges.dismiss();
    this.#frames.schedule();
  };

  get #isConnected(): boolean {
    return this.connection.getState() === 'connected';
  }

  #applyHeartbeats(heartbeats: Heartbeats): void {
    for (const heartbeat of heartbeats) {
      this.#missedChanges.observeGatewayTime(heartbeat.at);
      this.table.applyHeartbeat(heartbeat);
    }
    this.#sortLater();
  }

  /** @returns the cursor to resume since. */
  #applyStatus({ deviceStatus }: FleetStatusSubscription): string {
    const { kind, cursor, at, complete, device, devices } = deviceStatus;
    this.#missedChanges.observeGatewayTime(at);
    if (devices) {
      if (kind === 'SNAPSHOT') this.#snapshotIds = [];
      for (const { id } of devices) this.#snapshotIds.push(id);
      if (complete) this.table.setOnline(this.#snapshotIds);
    } else if (kind === 'RESET') {
      this.#reset();
    } else if (device && kind === 'LEFT') {
      this.table.remove(device.id);
    } else if (device && this.table.applyStatus(device) && kind !== 'ENTERED') {
      this.#missedChanges.deviceChanged(at);
      (kind === 'ONLINE' ? this.#cameOnline : this.#wentOffline).add(1, Date.now());
    }
    this.#sortLater();
    this.#frames.schedule();
    return cursor;
  }

  #connectionChanged(): void {
    if (this.connection.getState() === 'reconnecting') this.#missedChanges.disconnected();
    if (this.#isConnected) {
      // Disconnected before the first snapshot, there is no cursor to resume since.
      if (this.#missedChanges.reconnected() && this.table.onlineCount === null) this.#reset();
      else if (this.#failure) this.#reload();
    }
    this.#frames.schedule();
  }

  /** Starts over when missed changes cannot be replayed. */
  #reset(): void {
    this.#missedChanges.reloaded();
    this.#cameOnline = new PerSecondCounter(MINUTE_SECONDS, Date.now());
    this.#wentOffline = new PerSecondCounter(MINUTE_SECONDS, Date.now());
    this.table.clear();
    this.#reload();
  }

  #reload(): void {
    void this.#loadDevices();
    void this.#loadSummary();
  }

  /** Loads page by page, and shows each page at once. */
  async #loadDevices(): Promise<void> {
    const load = { isQuiet: false };
    this.#load = load;
    this.#failure = null;
    let isFirst = true;
    for await (const devices of this.#pages(load)) {
      // Until then, the list before it is shown.
      if (isFirst) this.table.begin(this.listing);
      isFirst = false;
      this.table.add(devices);
      this.#frames.schedule();
    }
  }

  #sortLater(): void {
    if (!this.table.isOutdated || this.#load || this.#sortTimer !== undefined) return;
    const wait = Math.max(SORT_AGAIN_MS, SORT_AGAIN_LOADS * this.#loadMs);
    this.#sortTimer = setTimeout(() => {
      this.#sortTimer = undefined;
      if (!this.#load) void this.#sortAgain();
    }, wait);
  }

  /** Loads the list again, and shows it when it is complete. */
  async #sortAgain(): Promise<void> {
    const load = { isQuiet: true };
    this.#load = load;
    this.table.beginAgain();
    const devices: MachineFragment[] = [];
    for await (const page of this.#pages(load)) devices.push(...page);
    if (this.#load === null && !this.#failure) this.table.sortAgain(devices);
    this.#frames.schedule();
  }

  /** The pages of the list, until another load begins. */
  async *#pages(load: { readonly isQuiet: boolean }): AsyncGenerator<readonly MachineFragment[]> {
    const { order, presence } = this.listing;
    const filter = presence === 'all' ? this.filter : { ...this.filter, online: presence === 'online' };
    const start = performance.now();
    let loaded = 0;
    for (let after: string | null = null; ; ) {
      const variables: DevicesQueryVariables = { filter, orderBy: orderBy(order), first: PAGE_SIZE, after };
      const { data, error } = await this.client.query(DevicesDocument, variables).toPromise();
      if (this.#load !== load) return;
      if (error) this.#failure = failureOf(error);
      const devices = data?.devices.edges.map(({ node }) => node) ?? [];
      loaded += devices.length;
      after = data?.devices.pageInfo.hasNextPage ? data.devices.pageInfo.endCursor : null;
      yield devices;
      if (after === null || loaded >= MOST_ROWS) {
        this.table.end(after !== null);
        this.#loadMs = performance.now() - start;
        this.#load = null;
        this.#frames.schedule();
        return;
      }
    }
  }

  async #loadSummary(): Promise<void> {
    const { data } = await this.client.query(PresenceSummaryDocument, { filter: this.filter }).toPromise();
    if (!data) return;
    this.#summary = data.presenceSummary;
    this.#problems = data.health?.problems ?? [];
    this.#frames.schedule();
  }

  #takeSnapshot(): FleetSnapshot {
    const now = Date.now();
    const countedSince = this.#cameOnline.observedSince(now);
    const failure = this.#failure ?? this.feed.failure;
    return {
      counts: this.#counts(),
      cameOnline: this.#cameOnline.sum(now),
      wentOffline: this.#wentOffline.sum(now),
      countedSince: countedSince === 'all' ? null : countedSince,
      degraded: this.#summary?.degraded ?? false,
      problems: this.#problems,
      loaded: this.table.size,
      loading: this.#load !== null && !this.#load.isQuiet,
      failure,
      live: this.#isConnected && this.table.onlineCount !== null && !failure,
      missedChanges: this.#missedChanges.count,
    };
  }

  #counts(): FleetSnapshot['counts'] {
    if (!this.#summary) return null;
    const online = this.table.onlineCount ?? this.#summary.online;
    // The summary is up to 10 seconds old: events may already know of more devices.
    const total = Math.max(this.#summary.total, this.table.size, online);
    return { total, online, offline: total - online };
  }
}
