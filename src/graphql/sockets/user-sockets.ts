import type { Sessions } from '../../sessions/sessions.js';

/** A socket that has signed in. */
interface UserSocket {
  readonly userId: number;
  /** The user, its roles or its sessions have changed. */
  userChanged(): void;
}

/** The signed-in sockets of each user, up to a limit. A change of a user reaches only its own sockets. */
export class UserSockets {
  readonly #byUser = new Map<number, Set<UserSocket>>();

  constructor(
    sessions: Pick<Sessions, 'onChange'>,
    private readonly limit: number,
  ) {
    sessions.onChange((userId) => {
      for (const socket of this.#byUser.get(userId) ?? []) socket.userChanged();
    });
  }

  /** @returns whether there was room; if so, `remove` must follow. */
  add(socket: UserSocket): boolean {
    const open = this.#byUser.get(socket.userId) ?? new Set();
    if (open.size >= this.limit) return false;
    this.#byUser.set(socket.userId, open.add(socket));
    return true;
  }

  remove(socket: UserSocket): void {
    const open = this.#byUser.get(socket.userId);
    if (open?.delete(socket) && open.size === 0) this.#byUser.delete(socket.userId);
  }
}
