import { type Batch, EventStream } from '../streams/event-stream.js';
import { ScanState } from './captcha.entity.js';

/** The status of a ticket, as both devices see it. */
export interface ScanStatus {
  readonly state: ScanState;
  readonly expiresAt: Date;
  /** The network address that asked for the login, so that the approver recognises it. */
  readonly requestedFrom: string | null;
  /** The browser that asked, as it names itself. */
  readonly requestedBy: string | null;
  /** The name of the user who scanned it. */
  readonly scannedBy: string | null;
}

const FINAL = 4;

/** A ticket only moves forward, so that its state is the offset of its stream. */
const offsets: Readonly<Record<ScanState, number>> = {
  PENDING: 1,
  CLAIMED: 2,
  APPROVED: 3,
  DENIED: FINAL,
  REDEEMED: FINAL,
  EXPIRED: FINAL,
};

export const isFinal = (state: ScanState): boolean => offsets[state] === FINAL;

/** The status of one ticket at every change; ends with a final state. */
export class ScanStream extends EventStream<ScanStatus> {
  /** @param find null when the ticket was deleted, with the account that scanned it. */
  constructor(
    private readonly first: ScanStatus,
    readonly scope: string,
    private readonly find: () => Promise<ScanStatus | null>,
    private readonly onChange: (listener: () => void) => () => void,
  ) {
    super();
  }

  open(): Promise<Batch<ScanStatus>> {
    return this.since(0);
  }

  async since(offset: number): Promise<Batch<ScanStatus>> {
    const status = (await this.find()) ?? { ...this.first, state: ScanState.EXPIRED };
    const reached = offsets[status.state];
    const publications = reached > offset ? [{ event: status, offset: reached }] : [];
    return { publications, offset: reached, status: reached === FINAL ? 'ended' : 'current' };
  }

  onAppend(listener: () => void): () => void {
    return this.onChange(listener);
  }
}
