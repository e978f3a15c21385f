/** Runs a module that exports `start` in a process of its own: `node host.ts FILE OPTIONS`, with options in JSON. */
import { pathToFileURL } from 'node:url';
import { answers } from './probe.ts';

/** A running peer. */
export interface Peer {
  readonly url: string;
  /** Answers questions besides those of the probe. */
  readonly answers?: typeof answers;
}

const [file = '', options = '{}'] = process.argv.slice(2);
const { start }: { start(options: unknown): Promise<Peer> } = await import(pathToFileURL(file).href);
const peer = await start(JSON.parse(options));
Object.assign(answers, peer.answers);
process.send?.({ ready: peer.url });
