import { expect } from '@jest/globals';
import type { Database } from '../../../src/database/database.js';
import { patienceOf } from '../../../src/devices/presence/patience.js';
import type { Step } from './fleet-steps.js';
import { type FleetNode, INTERVAL_MS, type PresenceFleet } from './presence-fleet.js';
import { sessionIdOf } from './presence-rows.js';
import { TestSubscriber } from './test-subscriber.js';

/** How much later than on time anything may happen here. */
const SLACK_MS = 5000;
const NEVER = 4_000_000_000_000;

/** A device as it should be. */
class ModelDevice {
  /** Of its next heartbeat; null after a logout. */
  session: { readonly id: string; readonly expiresAt: number } | null = null;
  /** Its latest heartbeat; null since a logout. */
  seen: {
    readonly at: number;
    readonly node: FleetNode;
    readonly sessionId: string;
    readonly expiresAt: number;
  } | null = null;
  /** As of the transitions so far. */
  online = false;
  /** How many transitions may still follow from logouts. */
  logouts = 0;
  readonly reasons: (string | null)[] = [];

  constructor(readonly id: number) {}
}

/** Runs random steps on a fleet, and checks what its nodes, subscribers and database know. */
export class FleetRun {
  readonly #devices: readonly ModelDevice[];
  #subscribers: TestSubscriber[] = [];
  #sessions = 0;
  /** Whether nothing was lost so far. */
  #isComplete = true;

  constructor(
    private readonly fleet: PresenceFleet,
    private readonly db: Database,
    ids: readonly number[],
  ) {
    this.#devices = ids.map((id) => new ModelDevice(id));
  }

  async run(all: readonly Step[]): Promise<void> {
    const { fleet } = this;
    while (fleet.nodes.length < Math.min(2, fleet.maxNodes)) await fleet.join();
    this.#subscribers = [0, 1].map((n) => new TestSubscriber(this.#nodeAt(n)));
    for (const one of all) {
      await this.#do(one);
      await this.#check();
      for (const subscriber of this.#subscribers) {
        if (fleet.nodes.some((each) => subscriber.isOn(each))) subscriber.read();
      }
    }
    await this.#settle();
    this.#expectModel(await fleet.leased());
    // On a busy machine, expiries may be held for longer.
    for (let round = 0; round < 5 && (await fleet.leased()).length > 0; round++) {
      await fleet.pass(6 * INTERVAL_MS, () => this.#check());
    }
    await this.#settle();
    expect(await fleet.leased()).toEqual([]);
  }

  async #do(one: Step): Promise<void> {
    const { fleet } = this;
    if (one.kind === 'pass') {
      for (const each of fleet.nodes) if (each.failure || each.isAsleep) each.isReliable = false;
      await fleet.pass(one.ms, () => this.#check());
    } else if (one.kind === 'join') {
      const isReachable = fleet.nodes.some(({ failure }) => failure === null);
      if (isReachable && fleet.nodes.length < fleet.maxNodes) await fleet.join();
    } else if (one.kind === 'empty') {
      this.#isComplete = false;
      await fleet.empty();
    } else if (one.kind === 'recover') {
      for (const each of fleet.nodes) each.failure = null;
    } else if (one.kind === 'wake') {
      for (const each of fleet.nodes) each.isAsleep = false;
    } else if (one.kind === 'login') {
      await this.#login(this.#deviceAt(one.device), one.minutes);
    } else await this.#doAt(this.#nodeAt(one.node), one);
  }

  async #doAt(at: FleetNode, one: Extract<Step, { readonly node: number }>): Promise<void> {
    if (one.kind === 'fail') at.failure = one.failure;
    else if (one.kind === 'sleep') at.isAsleep = true;
    else if (one.kind === 'kill' || one.kind === 'close') await this.#end(at, one.kind === 'kill');
    else if (at.isAsleep) return;
    else if (one.kind === 'tick') await at.tick();
    else if (one.kind === 'copy') await at.recorder.saveTransitions();
    else if (one.kind === 'rename') at.rename(this.#deviceAt(one.device).id, 'former');
    else if (one.kind === 'beat') await this.#beat(this.#deviceAt(one.device), at);
    else if (one.kind === 'logout') await this.#logout(this.#deviceAt(one.device), at);
    else if (at.failure === null) await this.#subscribers[one.subscriber]?.resume(at);
  }

  async #end(at: FleetNode, isKilled: boolean): Promise<void> {
    const { fleet } = this;
    at.isReliable &&= !isKilled && at.failure === null && fleet.outlivesNodes;
    if (!fleet.outlivesNodes) this.#isComplete = false;
    if (isKilled) fleet.kill(at);
    else await fleet.close(at);
    if (fleet.nodes.length === 0) await fleet.join();
  }

  async #login(who: ModelDevice, minutes: number | null): Promise<{ id: string; expiresAt: number }> {
    this.#sessions += 1;
    const expiresAt = minutes === null ? NEVER : this.fleet.now + (minutes + 0.5) * 60_000;
    const session = { id: sessionIdOf(this.#sessions), expiresAt };
    await this.db.em.execute('update sessions set token_expires_at = ? where id = ?', [
      new Date(expiresAt).toISOString(),
      session.id,
    ]);
    who.session = session;
    return session;
  }

  async #beat(who: ModelDevice, at: FleetNode): Promise<void> {
    const { fleet } = this;
    const isOpen = who.session !== null && who.session.expiresAt > fleet.now;
    const session = isOpen && who.session ? who.session : await this.#login(who, null);
    if (!at.knows(who.id, session.id)) {
      await this.db.em.execute('update devices set session_id = ? where id = ?', [session.id, who.id]);
      for (const other of fleet.nodes) if (other !== at) other.forget(who.id);
    }
    at.beat(who.id, session.id, session.expiresAt);
    who.seen = { at: fleet.now, node: at, sessionId: session.id, expiresAt: session.expiresAt };
    if (!at.recorder.isOnline(who.id)) await at.presence.flush();
  }

  /** @param first that learns of it, before all other nodes. */
  async #logout(who: ModelDevice, first: FleetNode): Promise<void> {
    if (who.session === null) return;
    const { id } = who.session;
    await this.db.em.execute('update sessions set revoked_at = now() where id = ?', [id]);
    if (who.seen?.sessionId === id) {
      who.seen = null;
      who.logouts += 1;
    }
    who.session = null;
    for (const each of [first, ...this.fleet.nodes]) await each.logout(id);
  }

  /** Checks the transitions since the last call. */
  async #check(): Promise<void> {
    for (const { deviceId, reason } of await this.fleet.transitions()) {
      const who = this.#devices.find(({ id }) => id === deviceId);
      if (!who) throw new Error(`There is no device ${deviceId}.`);
      const was = { deviceId, reason, online: who.online, logouts: who.logouts };
      who.online = reason === null;
      who.reasons.push(reason);
      if (reason === 'LOGOUT') who.logouts -= 1;
      if (this.#isComplete) {
        expect(was).toEqual({ ...was, online: reason !== null });
        if (reason === 'LOGOUT') expect(was.logouts).toBeGreaterThan(0);
        if (reason === null)
          expect({ deviceId, isExpected: who.seen !== null || who.logouts > 0 }).toEqual({
            deviceId,
            isExpected: true,
          });
      }
      if (who.seen) this.#expectInTime(who.id, reason, who.seen);
    }
  }

  #expectInTime(id: number, reason: string | null, seen: NonNullable<ModelDevice['seen']>): void {
    const { now } = this.fleet;
    if (reason === 'AUTH_EXPIRED') expect(seen.expiresAt).toBeLessThanOrEqual(now + SLACK_MS);
    // Once a session has ended, the lease of the former one decides.
    if (reason !== 'TIMEOUT' || seen.expiresAt <= now) return;
    // What a node has not handed over when it ends is up to half of a lease.
    const part = seen.node.isReliable && this.#isComplete ? 1 : 0.5;
    expect(now - seen.at).toBeGreaterThanOrEqual(part * patienceOf(id) * INTERVAL_MS - SLACK_MS);
  }

  /** Lets all nodes do what is left to do, and checks that they agree. */
  async #settle(): Promise<void> {
    const { fleet, db } = this;
    for (const each of fleet.nodes) {
      each.failure = null;
      each.isAsleep = false;
    }
    for (let round = 0; round < 3; round++) for (const each of fleet.nodes) await each.tick();
    await this.#check();
    const online = await fleet.leased();
    if (this.#isComplete) {
      expect(this.#devices.filter((each) => each.online).map(({ id }) => id)).toEqual(online);
    }
    for (const each of fleet.nodes) expect(each.online()).toEqual(online);
    await this.#nodeAt(0).recorder.saveTransitions();
    const rows = await db.em.execute<{ id: number }[]>('select id from devices where online order by id');
    expect(rows.map(({ id }) => id)).toEqual(online);
    for (const { id, reasons } of this.#devices) {
      const events = await db.em.execute<{ reason: string | null; online: boolean }[]>(
        'select reason, online from presence_events where device_id = ? order by id',
        [id],
      );
      if (this.#isComplete) expect(events.map(({ reason }) => reason)).toEqual(reasons);
      expect(events.map((event) => event.online)).toEqual(events.map((_, index) => index % 2 === 0));
    }
    for (const subscriber of this.#subscribers) {
      if (!fleet.nodes.some((each) => subscriber.isOn(each))) await subscriber.resume(this.#nodeAt(0));
      subscriber.read();
      expect(subscriber.online()).toEqual(online);
      if (this.#isComplete) expect(subscriber.resets).toBe(0);
    }
  }

  /** Devices that must be online or offline are. Others may be online a while longer. */
  #expectModel(all: readonly number[]): void {
    const { fleet } = this;
    for (const { id, seen } of this.#devices) {
      const online = all.includes(id);
      if (!seen) {
        if (this.#isComplete) expect({ id, online }).toEqual({ id, online: false });
        continue;
      }
      const isKnown = seen.node.isReliable && (this.#isComplete || fleet.nodes.includes(seen.node));
      const ends = Math.min(seen.expiresAt, seen.at + patienceOf(id) * INTERVAL_MS);
      if (isKnown && ends > fleet.now + SLACK_MS) expect({ id, online }).toEqual({ id, online: true });
    }
  }

  #nodeAt(n: number): FleetNode {
    return this.fleet.nodes[n % this.fleet.nodes.length] as FleetNode;
  }

  #deviceAt(n: number): ModelDevice {
    return this.#devices[n] as ModelDevice;
  }
}
