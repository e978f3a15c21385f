/** Tells who listens on this gateway that something happened. Nothing is kept for who listens later. */
export interface Events {
  publish(topic: string, event: unknown): void;
  /** @returns ends the subscription. */
  subscribe(topic: string, listener: (event: unknown) => void): () => void;
}
