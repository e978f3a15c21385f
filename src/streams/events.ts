/** The name of events of one type. */
export interface Topic<T> {
  readonly name: string;
  /** Never set: ties the type to the name. */
  readonly event?: T;
}

/** Equal names are the same topic. */
export const topic = <T>(name: string): Topic<T> => ({ name });

/** Notifications within this process. They are not kept: a later subscriber misses them. */
export interface Events {
  publish<T>(topic: Topic<T>, event: T): void;
  /** @returns a function that ends the subscription. */
  subscribe<T>(topic: Topic<T>, listener: (event: T) => void): () => void;
}
