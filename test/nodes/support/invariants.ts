/** A heartbeat as its device knows it. Times are those of `performance.now()`, in milliseconds. */
export interface SentBeat {
  readonly sentAt: number;
  /** Null without a successful response: the gateway may have received it. */
  readonly acknowledgedAt: number | null;
}

/** What a device did. */
export interface DeviceHistory {
  readonly clientId: string;
  readonly beats: readonly SentBeat[];
  /**
   * The requests that ended its session, when they were sent. For up to a second, other nodes still acknowledge its
   * heartbeats: it is online again until they know.
   */
  readonly ends: readonly { readonly at: number; readonly reason: string }[];
}

/** An event of `deviceStatus` as a subscriber received it. */
export interface ReceivedEvent {
  readonly at: number;
  readonly kind: string;
  readonly reason: string | null;
  /** The client ids of its device, or of those of a snapshot. */
  readonly devices: readonly string[];
}

/** What the subscribers of a fleet received, and what its devices did meanwhile. */
export interface Run {
  readonly devices: readonly DeviceHistory[];
  /** The events of each subscriber, all of which subscribed before the first heartbeat. */
  readonly subscribers: Readonly<Record<string, readonly ReceivedEvent[]>>;
  /** The transitions in the database, by client id, in their order: ONLINE, or the reason why it went offline. */
  readonly saved: Readonly<Record<string, readonly string[]>>;
  /** A device may be offline after this time without a heartbeat. */
  readonly patienceMs: number;
  /** When Redis may have lost data; null if it has not. */
  readonly lossAt: number | null;
}

/** @returns a sentence for each thing that is wrong with the transitions. */
export function violationsOf(run: Run): string[] {
  const found: string[] = [];
  const devices = new Map(run.devices.map((device) => [device.clientId, device]));
  for (const [subscriber, events] of Object.entries(run.subscribers)) {
    const resets = events.filter(({ kind }) => kind === 'RESET');
    if (resets.some(({ at }) => run.lossAt === null || at < run.lossAt)) {
      found.push(`${subscriber} received a RESET although no data was lost.`);
    }
    found.push(...gapsIn(events).map((sentence) => `${subscriber} ${sentence}`));
    for (const [clientId, device] of devices) {
      const own = events.filter((event) => isTransition(event) && event.devices.includes(clientId));
      found.push(...falseTransitions(device, own, run.patienceMs).map((text) => `${subscriber} ${text}`));
      const received = own.map(nameOf).join(' ');
      const saved = (run.saved[clientId] ?? []).join(' ');
      if (resets.length === 0 && received !== saved) {
        found.push(`${subscriber} received ${received} of ${clientId}, but saved are ${saved}.`);
      }
    }
  }
  return found;
}

const isTransition = ({ kind }: ReceivedEvent) => kind === 'ONLINE' || kind === 'OFFLINE';

const nameOf = ({ kind, reason }: ReceivedEvent) => reason ?? kind;

/** The devices that are online after these events. @param onGap called for a transition to the state that a device has */
export function stateAfter(
  events: readonly ReceivedEvent[],
  onGap: (event: ReceivedEvent) => void = () => {},
): Set<string> {
  let online = new Set<string>();
  for (const event of events) {
    const [clientId = ''] = event.devices;
    if (event.kind === 'SNAPSHOT' || event.kind === 'RESET') online = new Set(event.devices);
    if (event.kind === 'SNAPSHOT_CONTINUED') online = online.union(new Set(event.devices));
    if (!isTransition(event)) continue;
    const isOnline = event.kind === 'ONLINE';
    if (online.has(clientId) === isOnline) onGap(event);
    if (isOnline) online.add(clientId);
    else online.delete(clientId);
  }
  return online;
}

/** Transitions that follow an equal one: one is doubled, or another was lost between them. */
function gapsIn(events: readonly ReceivedEvent[]): string[] {
  const found: string[] = [];
  stateAfter(events, ({ kind, devices }) => found.push(`received ${kind} of ${devices[0]} in that state.`));
  return found;
}

function falseTransitions(
  { clientId, beats, ends }: DeviceHistory,
  transitions: readonly ReceivedEvent[],
  patienceMs: number,
): string[] {
  const silences = silencesOf(beats, patienceMs);
  return transitions.flatMap(({ at, kind, reason }, index) => {
    const endedAt = ends.find((end) => end.reason === reason && end.at <= at)?.at;
    if (kind === 'ONLINE') {
      const since = ends.find((end) => end.reason === transitions[index - 1]?.reason)?.at ?? at - patienceMs;
      const hasBeaten = beats.some(
        ({ sentAt, acknowledgedAt }) => sentAt <= at && (acknowledgedAt ?? at) >= since,
      );
      return hasBeaten ? [] : [`received ONLINE of ${clientId}, which has sent no heartbeat.`];
    }
    if (reason === 'TIMEOUT') {
      const isDue = takeFirst(silences, (silentSince) => silentSince + patienceMs <= at);
      return isDue ? [] : [`received TIMEOUT of ${clientId}, which has sent heartbeats.`];
    }
    return endedAt === undefined ? [`received ${reason} of ${clientId}, whose session was not ended.`] : [];
  });
}

/** When the silences began that may have been longer than the patience, since a heartbeat counts from when it arrives. */
function silencesOf(beats: readonly SentBeat[], patienceMs: number): number[] {
  return beats
    .filter(({ sentAt }, index) => {
      const next = beats.slice(index + 1).find(({ acknowledgedAt }) => acknowledgedAt !== null);
      return (next?.acknowledgedAt ?? Number.POSITIVE_INFINITY) - sentAt >= patienceMs;
    })
    .map(({ sentAt }) => sentAt);
}

/** Removes the first item that matches. @returns whether there was one. */
function takeFirst<T>(items: T[], matches: (item: T) => boolean): boolean {
  const index = items.findIndex(matches);
  if (index >= 0) items.splice(index, 1);
  return index >= 0;
}
