/** A score is a double: 42 bits of milliseconds, and 11 bits below the point. */
const FRACTIONS = 2 ** 11;
const SESSION_TAGS = FRACTIONS / 2;

/** The session of a lease. */
interface LeaseSession {
  /** See `sessionTag`. */
  readonly session: number;
  /** Whether the lease ends with its session, or because the device is silent. */
  readonly endsWithSession: boolean;
}

/** What the score of a device says. */
interface Score extends LeaseSession {
  /** From now. */
  readonly remainingMs: number;
}

/** How long a device stays online, as nodes hand it to Redis. */
export interface Lease extends Score {
  readonly deviceId: number;
  readonly owner: number;
}

/**
 * Ten bits of a session: enough for a node to notice, before it takes a device offline, that another session beats for
 * it on another node.
 */
export const sessionTag = (sessionId: string): number =>
  (Number.parseInt(sessionId.slice(-3), 16) || 0) % SESSION_TAGS;

/** What a score has below the point. */
export const fractionOf = ({ session, endsWithSession }: LeaseSession): number =>
  (session * 2 + (endsWithSession ? 1 : 0)) / FRACTIONS;

/** The remaining time of a lease, with the rest of it below the point. A script adds it to the time of Redis. */
export const scoreOf = (score: Score): number =>
  Math.max(0, Math.floor(score.remainingMs)) + fractionOf(score);

/** See `sessionTag`. */
export const sessionOf = (score: string): number => Math.floor((Number(score) % 1) * SESSION_TAGS);

export const endsWithSession = (score: string): boolean => (Number(score) * FRACTIONS) % 2 === 1;
