import { setTimeout } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import { connect } from '../../support/clients/live.js';
import type { ReceivedEvent } from './invariants.js';
import { stateAfter } from './invariants.js';

const RECONNECT_MS = 50;

const STATUS = `subscription ($since: Cursor) {
  deviceStatus(since: $since) { kind cursor reason device { clientId } devices { clientId } }
}`;

interface StatusEvent {
  readonly kind: string;
  readonly cursor: string;
  readonly reason: string | null;
  readonly device: { readonly clientId: string } | null;
  readonly devices: readonly { readonly clientId: string }[] | null;
}

/** A subscriber of `deviceStatus` that connects again whenever its socket ends, and continues at its cursor. */
export class LiveSubscriber {
  readonly events: ReceivedEvent[] = [];
  #cursor: string | null = null;
  #client: Client | null = null;
  #isRunning = true;
  readonly #running: Promise<void>;
  /** Resolves at the first end of its socket. */
  readonly firstEnd: Promise<void>;
  #ended: () => void = () => {};

  /** @param host `host:port` of the proxy, or of a node */
  constructor(
    private readonly host: string,
    private readonly token: string,
  ) {
    this.firstEnd = new Promise((resolve) => {
      this.#ended = resolve;
    });
    this.#running = this.#run();
  }

  /** The client ids that are online, as far as it knows. */
  get online(): Set<string> {
    return stateAfter(this.events);
  }

  /** Whether the first snapshot has arrived. */
  get isReady(): boolean {
    return this.events.length > 0;
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#client?.dispose();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      this.#client = connect(this.host, this.token);
      const variables = { since: this.#cursor };
      const events = this.#client.iterate<{ deviceStatus: StatusEvent }>({ query: STATUS, variables });
      try {
        for await (const { data } of events) if (data) this.#receive(data.deviceStatus);
      } catch {
        // The socket has ended.
      }
      this.#ended();
      await this.#client.dispose();
      if (this.#isRunning) await setTimeout(RECONNECT_MS);
    }
  }

  #receive({ kind, cursor, reason, device, devices }: StatusEvent): void {
    this.#cursor = cursor;
    const clientIds = [...(device ? [device] : []), ...(devices ?? [])].map(({ clientId }) => clientId);
    this.events.push({ at: performance.now(), kind, reason, devices: clientIds });
  }
}
