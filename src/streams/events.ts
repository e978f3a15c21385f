/** A name under which one type of event is published. */
export interface Topic<T> {
  readonly name: string;
  /** Never there: it ties the type to the name. */
  readonly event?: T;
}

/** A topic of its own for each name; the same name is the same topic. */
export const topic = <T>(name: string): Topic<T> => ({ name });

/** Tells who listens on this gateway that something happened. Nothing is kept for who listens later. */
export interface Events {
  publish<T>(topic: Topic<T>, event: T): void;
  /** @returns ends the subscription. */
  subscribe<T>(topic: Topic<T>, listener: (event: T) => void): () => void;
}
