import type { Alarms } from '../../alarms.js';
import type { Caller, Sessions } from '../../sessions/sessions.js';
import type { UserSockets } from './user-sockets.js';

export interface SessionServices {
  readonly sessions: Sessions;
  readonly alarms: Alarms;
}

/** A token with the address that it came from. */
export interface SentToken {
  readonly token: string;
  readonly address: string;
}

/** Why a socket must be closed: its session has ended, or the database did not answer whether it has. */
export type SessionEnd = 'ended' | 'unknown';

/**
 * The session behind a socket. It ends the socket when the session ends, and when the permissions of its user change:
 * subscriptions were opened with the old ones.
 */
export class SocketSession {
  #cancelExpiry: () => void = () => {};
  #isClosed = false;
  /** The latest check; null before the first one. */
  #check: Promise<void> | null = null;

  private constructor(
    private readonly services: SessionServices,
    private readonly sockets: UserSockets,
    private readonly onEnd: (end: SessionEnd) => void,
    private caller: Caller,
  ) {}

  static async open(
    services: SessionServices,
    sockets: UserSockets,
    { token, address }: SentToken,
    onEnd: (end: SessionEnd) => void,
  ): Promise<SocketSession | 'invalid token' | 'too many sockets'> {
    const caller = await services.sessions.authenticate(token, { address });
    if (!caller) return 'invalid token';
    const session = new SocketSession(services, sockets, onEnd, caller);
    if (!sockets.add(session)) return 'too many sockets';
    session.#scheduleExpiry();
    // It receives changes from here on, but may have missed one just before.
    const current = await services.sessions.authenticate(token, { address });
    if (current) session.caller = current;
    else session.close();
    return current ? session : 'invalid token';
  }

  /** The caller as of the latest check. */
  get known(): Caller {
    return this.caller;
  }

  get userId(): number {
    return this.caller.user.id;
  }

  /** The user, its roles or its sessions have changed. */
  userChanged(): void {
    this.#check = this.#recheck(true);
  }

  /** The caller as of now, after a check that is under way; null once the session has ended. */
  async current(): Promise<Caller | null> {
    await this.#check;
    return this.#isClosed ? null : this.caller;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelExpiry();
    this.sockets.remove(this);
  }

  /** A refreshed session has a new token, but keeps its sockets. @param changed whether the user may have changed. */
  async #recheck(changed: boolean): Promise<void> {
    const { sessions } = this.services;
    const current = await sessions.findActive(this.caller.sessionId).catch((): 'unknown' => 'unknown');
    if (this.#isClosed) return;
    if (current === 'unknown') {
      this.#end('unknown');
    } else if (current && haveSamePermissions(current, this.caller)) {
      // Sockets share the caller of their token, and with it some kilobytes, until the user changes.
      this.caller = changed ? current : { ...this.caller, expiresAt: current.expiresAt };
      this.#scheduleExpiry();
    } else {
      this.#end('ended');
    }
  }

  #end(end: SessionEnd): void {
    this.close();
    this.onEnd(end);
  }

  #scheduleExpiry(): void {
    this.#cancelExpiry();
    this.#cancelExpiry = this.services.alarms.set(this.caller.expiresAt, () => {
      this.#check = this.#recheck(false);
    });
  }
}

const haveSamePermissions = ({ permissions: some }: Caller, { permissions: others }: Caller): boolean =>
  some.size === others.size && some.isSubsetOf(others);
