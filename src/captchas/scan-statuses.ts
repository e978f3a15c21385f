import type { Alarms } from '../alarms.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { type Events, sharedTopic } from '../streams/events.js';
import { SharedReads } from '../streams/shared-reads.js';
import { displayName } from '../users/display-name.js';
import { maskedPhone } from '../users/phone.js';
import { Captcha, ScanState } from './captcha.entity.js';
import { isFinal, type ScanStatus, ScanStream } from './scan-stream.js';

/** A ticket, by the hash of its text; only that of a device if `deviceId` is given. */
interface TicketKey {
  readonly answerHash: string;
  readonly deviceId?: string;
}

/** The hash of a ticket that has changed. */
const TICKETS = sharedTopic<string>('scan tickets');

/** Reads the statuses of scan tickets, and follows their changes. */
export class ScanStatuses {
  readonly #reads = new SharedReads<Captcha | null>();
  /** By the hash of their ticket. */
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(
    private readonly db: Database,
    private readonly events: Events,
    private readonly alarms: Alarms,
    private readonly clock: Clock,
  ) {
    events.subscribe(TICKETS, (answerHash) => this.#changed(answerHash));
  }

  /** @throws DomainError CAPTCHA_EXPIRED for an unknown ticket, and for the ticket of another device. */
  async read(ticket: TicketKey): Promise<ScanStatus> {
    const status = await this.#find(ticket);
    if (!status) throw new DomainError('CAPTCHA_EXPIRED', 'The ticket is unknown.');
    return status;
  }

  /**
   * The status now and at every change, until it is final.
   * @throws DomainError CAPTCHA_EXPIRED for an unknown ticket, and for the ticket of another device.
   */
  async watch(ticket: Required<TicketKey>): Promise<ScanStream> {
    const first = await this.read(ticket);
    return new ScanStream(
      first,
      `${ticket.answerHash} ${ticket.deviceId}`,
      () => this.#find(ticket),
      (listener) => this.#onChange(ticket.answerHash, first.expiresAt, listener),
    );
  }

  /** Must be called after every change of a ticket. */
  announce(answerHash: string): void {
    this.events.publish(TICKETS, answerHash);
  }

  /** @param answerHash null if any ticket may have changed. */
  #changed(answerHash: string | null): void {
    for (const hash of answerHash === null ? [...this.#listeners.keys()] : [answerHash]) {
      this.#reads.clear(hash);
      for (const listener of this.#listeners.get(hash) ?? []) listener();
    }
  }

  /** Calls back when the ticket changes or expires. @returns a function that unsubscribes. */
  #onChange(answerHash: string, expiresAt: Date, listener: () => void): () => void {
    const listeners = this.#listeners.get(answerHash) ?? new Set();
    this.#listeners.set(answerHash, listeners.add(listener));
    const cancelExpiry = this.alarms.set(expiresAt.getTime(), listener);
    return () => {
      cancelExpiry();
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(answerHash);
    };
  }

  async #find({ answerHash, deviceId }: TicketKey): Promise<ScanStatus | null> {
    const scan = await this.#reads.read(answerHash, () =>
      this.db.em.fork().findOne(Captcha, { answerHash }, { populate: ['scannedBy'] }),
    );
    if (!scan?.scanState || (deviceId !== undefined && scan.deviceId !== deviceId)) return null;
    const expired = !isFinal(scan.scanState) && scan.expiresAt.getTime() <= this.clock();
    const { scannedBy } = scan;
    return {
      state: expired ? ScanState.EXPIRED : scan.scanState,
      expiresAt: scan.expiresAt,
      requestedFrom: scan.address,
      requestedBy: scan.requestedBy,
      scannedBy: scannedBy && (displayName(scannedBy) || (scannedBy.phone && maskedPhone(scannedBy.phone))),
    };
  }
}
