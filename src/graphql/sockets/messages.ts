import { Frames } from './frames.js';

/** The message of one event; members differ only in the prefix, see `nextPrefix`. */
export interface Message {
  readonly rest: Buffer;
  readonly offset: number;
}

/** The messages of a batch. Members mostly have the same offset, and prefixes of the same length: they share frames. */
export class Messages {
  #latest: { readonly after: number; readonly prefixLength: number; readonly frames: Frames | null } | null =
    null;

  constructor(private readonly all: readonly Message[]) {}

  get count(): number {
    return this.all.length;
  }

  /** @returns the messages after an offset, for prefixes of this length; null if there are none. */
  framesAfter(after: number, prefixLength: number): Frames | null {
    if (this.#latest?.after !== after || this.#latest.prefixLength !== prefixLength) {
      const rests = this.all.filter(({ offset }) => offset > after).map(({ rest }) => rest);
      const frames = rests.length > 0 ? new Frames(rests, prefixLength) : null;
      this.#latest = { after, prefixLength, frames };
    }
    return this.#latest.frames;
  }
}
