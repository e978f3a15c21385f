/** Runs one peer in a process of its own: `node host.ts NAME OPTIONS`, with a file of `peers/` and JSON. */
import { answers } from './probe.ts';

/** A running peer. */
export interface Peer {
  readonly url: string;
  /** Answers questions besides those of the probe. */
  readonly answers?: typeof answers;
}

const [name = '', options = '{}'] = process.argv.slice(2);
const { start }: { start(options: unknown): Promise<Peer> } = await import(`../peers/${name}`);
const peer = await start(JSON.parse(options));
Object.assign(answers, peer.answers);
process.send?.({ ready: peer.url });
