import { graphqlDoor } from '../../src/graphql/door.js';
import type { Caller } from '../../src/sessions/caller.js';
import type { Door } from '../../src/sessions/door.js';
import { openSession } from './callers.js';
import type { TestGateway } from './gateway.js';

/** What a device says of itself. */
export interface TestDevice {
  readonly clientId: string;
  readonly name?: string;
  readonly clientVersion?: string;
}

/** Devices that share a session: they beat, and leave all at once. */
export class TestGroup {
  private constructor(
    private readonly gateway: TestGateway,
    private readonly caller: Caller,
    private readonly devices: readonly TestDevice[],
  ) {}

  /** A session of this user, in which these devices beat. None has beaten yet. */
  static async of(
    gateway: TestGateway,
    username: string,
    devices: readonly TestDevice[],
    door: Door = graphqlDoor,
  ): Promise<TestGroup> {
    const { accessToken } = await openSession(gateway, username, door);
    const caller = await gateway.services.sessions.authenticate(accessToken);
    if (!caller) throw new Error('The session has ended.');
    return new TestGroup(gateway, caller, devices);
  }

  /** Each beats; those that were offline come online. */
  async beat(devices = this.devices): Promise<void> {
    const { heartbeats } = this.gateway.services;
    for (const { clientId, name = null, clientVersion = null } of devices) {
      await heartbeats.beat(this.caller, { clientId, name, clientVersion });
    }
  }

  /** All go offline, as when their session ends. */
  leave(): Promise<void> {
    const ended = { ids: [this.caller.sessionId], reason: 'LOGOUT' } as const;
    return this.gateway.services.heartbeats.sessionsEnded(ended);
  }
}
