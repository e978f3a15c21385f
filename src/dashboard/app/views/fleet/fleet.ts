import type { Client } from 'urql';
import { Failure, failureOf } from '../../api/failure.js';
import type { LiveConnection } from '../../client/live-connection.js';
import {
  type DeviceFilter,
  DevicesDocument,
  FleetStatusDocument,
  type FleetStatusSubscription,
  HeartbeatsDocument,
  PresenceSummaryDocument,
} from '../../generated/graphql.js';
import { DeviceTable } from './device-table.js';
import { FrameScheduler } from './frame-scheduler.js';
import { MissedChanges } from './missed-changes.js';
import { PerSecondCounter } from './per-second-counter.js';

/** The largest page the gateway gives. */
const PAGE = 100;
/** Rows that are kept; a larger fleet is searched. */
export const MOST_ROWS = 20_000;
const MINUTE_SECONDS = 60;
const CHART_SECONDS = 180;
/** How often what no event tells is asked for: devices that were added without a beat, and `degraded`. */
const SUMMARY_MS = 10_000;

/** What is shown of a fleet beside its devices. The same object until something changes. */
export interface FleetSnapshot {
  /** Null until it is known. */
  readonly counts: { readonly total: number; readonly online: number; readonly offline: number } | null;
  /** How many came online, and went offline, in the last minute. */
  readonly cameOnline: number;
  readonly wentOffline: number;
  /** Since when those are counted, in milliseconds; null once it is a minute. */
  readonly countedSince: number | null;
  readonly degraded: boolean;
  /** Devices that are in the list so far, and whether more are on their way. */
  readonly loaded: number;
  readonly loading: boolean;
  readonly failure: Failure | null;
  /** Whether it changes as the fleet does: the link is there, and has told who is online. */
  readonly live: boolean;
  /** What was made up for after a lost link: how many changes, or all of it. */
  readonly missedChanges: number | 'reread' | null;
}

/**
 * The devices that a filter selects, followed live, outside React: an event costs a few map entries, and whoever
 * shows something of it is told once per frame. Nothing is missed while the link is lost.
 */
export class Fleet {
  readonly table = new DeviceTable();
  readonly heartbeats = new PerSecondCounter(CHART_SECONDS, Date.now());
  #came = new PerSecondCounter(MINUTE_SECONDS, Date.now());
  #went = new PerSecondCounter(MINUTE_SECONDS, Date.now());
  readonly #return = new MissedChanges();
  readonly #frames = new FrameScheduler(() => {
    this.#view = this.#look();
  });
  readonly #stops: (() => void)[] = [];
  #summary: { total: number; online: number; degraded: boolean } | null = null;
  #loading: object | null = null;
  #failure: Failure | null = null;
  #view: FleetSnapshot;

  constructor(
    private readonly client: Client,
    private readonly live: LiveConnection,
    private readonly filter: DeviceFilter,
  ) {
    this.#view = this.#look();
    this.heartbeats.setObserving(live.getState() === 'open', Date.now());
  }

  readonly subscribe = this.#frames.subscribe;
  readonly getSnapshot = (): FleetSnapshot => this.#view;

  start(): void {
    const { live, filter } = this;
    const refused = (error: unknown) => {
      this.#failure = Failure.of(Array.isArray(error) ? error[0] : undefined);
      this.#frames.request();
    };
    const summary = setInterval(() => void this.#askSummary(), SUMMARY_MS);
    // Seconds pass, in the chart too, when nothing happens.
    const second = setInterval(() => this.#frames.request(), 1000);
    this.#stops.push(
      live.subscribe(
        HeartbeatsDocument,
        { filter },
        ({ heartbeats }) => {
          this.heartbeats.add(heartbeats.length, Date.now());
          for (const beat of heartbeats) {
            this.#return.observeGatewayTime(beat.at);
            this.table.applyHeartbeat(beat);
          }
          this.#frames.request();
        },
        refused,
      ),
      live.subscribeWithRecovery(
        FleetStatusDocument,
        { filter },
        ({ deviceStatus }) => this.#follow(deviceStatus),
        refused,
      ),
      live.onStateChange(() => this.#linkChanged()),
      () => clearInterval(summary),
      () => clearInterval(second),
    );
    this.#reload();
  }

  stop(): void {
    this.#loading = null;
    for (const stop of this.#stops) stop();
    this.#frames.stop();
  }

  readonly dismissMissedChanges = (): void => {
    this.#return.dismiss();
    this.#frames.request();
  };

  /** @returns where to go on after a lost link. */
  #follow({ kind, cursor, at, device, devices }: FleetStatusSubscription['deviceStatus']): string {
    this.#return.observeGatewayTime(at);
    if (kind === 'SNAPSHOT') {
      this.table.setOnline((devices ?? []).map(({ id }) => id));
    } else if (kind === 'RESET') {
      this.#readAnew();
    } else if (device && this.table.applyStatus(device)) {
      this.#return.deviceChanged(at);
      (kind === 'ONLINE' ? this.#came : this.#went).add(1, Date.now());
    }
    this.#frames.request();
    return cursor;
  }

  #linkChanged(): void {
    this.heartbeats.setObserving(this.live.getState() === 'open', Date.now());
    if (this.live.getState() === 'lost') this.#return.disconnected();
    if (this.live.getState() === 'open') {
      // Lost before the first snapshot, there is no place to go on from.
      if (this.#return.reconnected() && this.table.onlineCount === null) this.#readAnew();
      else if (this.#failure) this.#reload();
    }
    this.#frames.request();
  }

  /** What was missed is not told: what is there may be out of date. */
  #readAnew(): void {
    this.#return.reloaded();
    this.#came = new PerSecondCounter(MINUTE_SECONDS, Date.now());
    this.#went = new PerSecondCounter(MINUTE_SECONDS, Date.now());
    this.table.clear();
    this.#reload();
  }

  #reload(): void {
    void this.#load();
    void this.#askSummary();
  }

  /** Page by page; what is shown meanwhile grows. */
  async #load(): Promise<void> {
    const turn = {};
    this.#loading = turn;
    this.#failure = null;
    for (let after: string | null = null; this.#loading === turn; ) {
      const variables: { filter: DeviceFilter; first: number; after: string | null } = {
        filter: this.filter,
        first: PAGE,
        after,
      };
      const { data, error } = await this.client.query(DevicesDocument, variables).toPromise();
      if (this.#loading !== turn) return;
      if (error) this.#failure = failureOf(error);
      this.table.add(data?.devices.edges.map(({ node }) => node) ?? []);
      after = data?.devices.pageInfo.hasNextPage ? data.devices.pageInfo.endCursor : null;
      if (after === null || this.table.size >= MOST_ROWS) this.#loading = null;
      this.#frames.request();
    }
  }

  async #askSummary(): Promise<void> {
    const { data } = await this.client.query(PresenceSummaryDocument, { filter: this.filter }).toPromise();
    if (!data) return;
    this.#summary = data.presenceSummary;
    this.#frames.request();
  }

  #look(): FleetSnapshot {
    const now = Date.now();
    const counted = this.#came.observedSince(now);
    return {
      counts: this.#count(),
      cameOnline: this.#came.sum(now),
      wentOffline: this.#went.sum(now),
      countedSince: counted === 'all' ? null : counted,
      degraded: this.#summary?.degraded ?? false,
      loaded: this.table.size,
      loading: this.#loading !== null,
      failure: this.#failure,
      live: this.live.getState() === 'open' && this.table.onlineCount !== null && !this.#failure,
      missedChanges: this.#return.count,
    };
  }

  #count(): FleetSnapshot['counts'] {
    if (!this.#summary) return null;
    const online = this.table.onlineCount ?? this.#summary.online;
    // Devices that are new since were told of by their first beat.
    const total = Math.max(this.#summary.total, this.table.size, online);
    return { total, online, offline: total - online };
  }
}
