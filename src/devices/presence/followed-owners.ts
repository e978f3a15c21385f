interface Followed {
  readonly listeners: Set<() => void>;
  /** The offset of the latest heartbeat of each device, oldest first. */
  readonly latest: Map<number, number>;
}

/**
 * The latest heartbeats of owners that have subscribers. However many members follow their own devices, a heartbeat
 * costs one lookup, and a read visits only the devices of its owner.
 */
export class FollowedOwners {
  readonly #followed = new Map<number, Followed>();
  /** Those with heartbeats since the last call of `announce`. */
  readonly #changed = new Set<Followed>();

  /** @returns a function that ends the notifications. */
  follow(ownerId: number, listener: () => void): () => void {
    const followed = this.#followed.get(ownerId) ?? { listeners: new Set(), latest: new Map() };
    this.#followed.set(ownerId, followed);
    followed.listeners.add(listener);
    return () => {
      if (followed.listeners.delete(listener) && followed.listeners.size === 0)
        this.#followed.delete(ownerId);
    };
  }

  append(device: number, ownerId: number, offset: number): void {
    const followed = this.#followed.get(ownerId);
    if (!followed) return;
    followed.latest.delete(device);
    followed.latest.set(device, offset);
    this.#changed.add(followed);
  }

  /** The devices that have beaten after an offset, since which the owner must have been followed; oldest first. */
  since(ownerId: number, offset: number): number[] {
    const latest = this.#followed.get(ownerId)?.latest ?? new Map<number, number>();
    return [...latest].flatMap(([device, at]) => (at > offset ? device : []));
  }

  /** Notifies the listeners of the owners with new heartbeats. */
  announce(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const { listeners } of changed) for (const listener of listeners) listener();
  }
}
