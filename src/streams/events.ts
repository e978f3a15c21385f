/** The name of events of one type. */
export interface Topic<T> {
  readonly name: string;
  /** Whether the events reach the other nodes, too. */
  readonly isShared: boolean;
  /** Never set: ties the type to the name. */
  readonly event?: T;
}

/** Equal names are the same topic. Its events stay on the node that publishes them. */
export const topic = <T>(name: string): Topic<T> => ({ name, isShared: false });

/**
 * A topic whose events reach all nodes. An event is what JSON can hold; null says that something has changed, whatever it
 * is: nodes that may have missed events are given null.
 */
export const sharedTopic = <T extends string | number = never>(name: string): Topic<T | null> => ({
  name,
  isShared: true,
});

/**
 * Notifications. Subscribers on the same node receive them before `publish` returns, and those on other nodes soon
 * after. They are not kept: a later subscriber misses them.
 */
export interface Events {
  publish<T>(topic: Topic<T>, event: T): void;
  /** @returns a function that ends the subscription. */
  subscribe<T>(topic: Topic<T>, listener: (event: T) => void): () => void;
  /** As `subscribe`, for the events of other nodes only. */
  subscribeToOthers<T>(topic: Topic<T>, listener: (event: T) => void): () => void;
}
