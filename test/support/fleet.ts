import { MemoryPresence } from '../../src/adapters/presence/memory.js';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import type { Clock } from '../../src/clock.js';
import { firstRows } from '../../src/database/queries/page.js';
import type { DeviceReport } from '../../src/devices/device-details.js';
import { historyOrder } from '../../src/devices/device-order.js';
import { Bindings, type BoundDevice } from '../../src/devices/heartbeats/bindings.js';
import type { Heartbeats } from '../../src/devices/heartbeats/heartbeats.js';
import type { CreatePresence } from '../../src/devices/heartbeats/presence-recorder.js';
import { DeviceLimits } from '../../src/devices/limits/device-limits.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { Caller } from '../../src/sessions/caller.js';
import type { SessionPolicy } from '../../src/sessions/session-policy.js';
import { callerOf, openSession } from './callers.js';
import type { TestGateway } from './gateway.js';

/** The presence of the only node. */
export const presenceInMemory =
  (clock: Clock, intervalMs = 30_000): CreatePresence =>
  (options) =>
    new MemoryPresence(clock, { ...options, intervalMs });

/** Devices that exist already, so that only their heartbeats are counted: the client id is the id. */
export class KnownIds extends Bindings {
  override async bind(_caller: Caller, { clientId }: DeviceReport): Promise<BoundDevice> {
    return {
      id: Number(clientId),
      isOnline: false,
      isWritten: true,
      before: null,
      name: null,
      clientVersion: null,
    };
  }
}

/** Limits beyond what any test adds. */
export const wideLimits = (): DeviceLimits => new DeviceLimits(new MemoryLimiters(), 1_000_000, 1_000_000);

/** The identity that a device reports with its heartbeats. */
export interface TestDevice {
  readonly clientId: string;
  readonly name?: string;
  readonly clientVersion?: string;
}

/** Devices that share a session, send heartbeats together and go offline together. */
export class TestGroup {
  /** Null while the devices are offline. */
  #caller: Caller | null = null;

  private constructor(
    private readonly signIn: () => Promise<Caller>,
    private readonly heartbeats: Heartbeats,
    private readonly devices: readonly TestDevice[],
  ) {}

  /** Creates devices of a user that have not sent a heartbeat yet. */
  static async of(
    gateway: TestGateway,
    username: string,
    devices: readonly TestDevice[],
    policy: SessionPolicy = graphqlSessionPolicy,
  ): Promise<TestGroup> {
    const { heartbeats } = gateway.services;
    const signIn = async () => {
      const { accessToken } = await openSession(gateway, username, policy);
      return callerOf(gateway, accessToken);
    };
    return new TestGroup(signIn, heartbeats, devices);
  }

  /** Sends a heartbeat of each device, in order. */
  async beat(devices = this.devices): Promise<void> {
    const caller = this.#caller ?? (await this.signIn());
    this.#caller = caller;
    for (const { clientId, name = null, clientVersion = null } of devices) {
      await this.heartbeats.beat(caller, { clientId, name, clientVersion });
    }
  }

  /** Ends the session, so that all devices go offline. The next heartbeats use a new session. */
  async goOffline(): Promise<void> {
    const ids = this.#caller ? [this.#caller.sessionId] : [];
    this.#caller = null;
    await this.heartbeats.sessionsEnded({ ids, reason: 'LOGOUT' });
  }
}

/** The transitions of a device: `online`, or the reason why it went offline. */
export async function historyOf({ services }: TestGateway, deviceId: number): Promise<(string | null)[]> {
  const request = firstRows(['online', 'reason'], historyOrder, 100);
  const histories = await services.devices.historyByDevice([deviceId], { from: null, to: null }, request);
  return (histories.get(deviceId)?.rows ?? []).map(({ online, reason }) => (online ? 'online' : reason));
}
