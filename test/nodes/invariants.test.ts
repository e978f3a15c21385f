import { expect, test } from '@jest/globals';
import { type ReceivedEvent, type Run, violationsOf } from './support/invariants.js';

const PATIENCE_MS = 2500;

const event = (at: number, kind: string, reason: string | null = null): ReceivedEvent => ({
  at,
  kind,
  reason,
  devices: kind === 'SNAPSHOT' || kind === 'RESET' ? [] : ['d'],
});
const beats = (...times: number[]) => times.map((sentAt) => ({ sentAt, acknowledgedAt: sentAt + 10 }));

/** A device that beats, is silent, beats again and signs out. */
const run: Run = {
  devices: [
    { clientId: 'd', beats: beats(0, 1000, 2000, 8000, 9000), ends: [{ at: 9500, reason: 'LOGOUT' }] },
  ],
  subscribers: {
    first: [
      event(-100, 'SNAPSHOT'),
      event(20, 'ONLINE'),
      event(4600, 'OFFLINE', 'TIMEOUT'),
      event(8020, 'ONLINE'),
      event(9510, 'OFFLINE', 'LOGOUT'),
    ],
  },
  saved: { d: ['ONLINE', 'TIMEOUT', 'ONLINE', 'LOGOUT'] },
  patienceMs: PATIENCE_MS,
  lossAt: null,
};
const events = run.subscribers.first ?? [];

const received = (changed: readonly ReceivedEvent[], saved = run.saved.d ?? []) =>
  violationsOf({ ...run, subscribers: { first: changed }, saved: { d: saved } });

test('finds nothing wrong with transitions that are true', () => {
  expect(violationsOf(run)).toEqual([]);
});

test('finds a transition that is lost, doubled or out of order', () => {
  expect(received(events.toSpliced(2, 1))).toContain('first received ONLINE of d in that state.');
  expect(received(events.toSpliced(1, 0, event(15, 'ONLINE')))).toContain(
    'first received ONLINE of d in that state.',
  );
  expect(received(events.toSpliced(1, 2, ...events.slice(1, 3).toReversed()))).toContain(
    'first received OFFLINE of d in that state.',
  );
});

test('finds a last transition that was saved and not received, or received and not saved', () => {
  expect(received(events.slice(0, -1))).toEqual([
    'first received ONLINE TIMEOUT ONLINE of d, but saved are ONLINE TIMEOUT ONLINE LOGOUT.',
  ]);
  expect(received(events, ['ONLINE', 'TIMEOUT', 'ONLINE'])).toHaveLength(1);
});

test('finds a device that is offline within its patience', () => {
  const early = events.with(2, event(4000, 'OFFLINE', 'TIMEOUT'));
  expect(received(early)).toEqual(['first received TIMEOUT of d, which has sent heartbeats.']);
});

test('finds a second timeout in one silence', () => {
  const second = [event(5000, 'ONLINE'), event(7600, 'OFFLINE', 'TIMEOUT')];
  expect(received(events.toSpliced(3, 0, ...second))).toEqual(
    expect.arrayContaining([
      'first received ONLINE of d, which has sent no heartbeat.',
      'first received TIMEOUT of d, which has sent heartbeats.',
    ]),
  );
});

test('finds a logout without its request', () => {
  expect(violationsOf({ ...run, devices: run.devices.map((device) => ({ ...device, ends: [] })) })).toEqual([
    'first received LOGOUT of d, whose session was not ended.',
  ]);
});

test('finds a device that is online again after its logout without a heartbeat', () => {
  const again = [event(9600, 'ONLINE'), event(9700, 'OFFLINE', 'LOGOUT')];
  const saved = ['ONLINE', 'TIMEOUT', 'ONLINE', 'LOGOUT', 'ONLINE', 'LOGOUT'];
  expect(received([...events, ...again], saved)).toEqual([
    'first received ONLINE of d, which has sent no heartbeat.',
  ]);
});

test('a heartbeat that was not acknowledged may have arrived or not', () => {
  const [device] = run.devices;
  const devices = [
    {
      clientId: 'd',
      ends: device?.ends ?? [],
      beats: [...beats(0, 1000, 2000), { sentAt: 7900, acknowledgedAt: null }, ...beats(9000)],
    },
  ];
  expect(violationsOf({ ...run, devices })).toEqual([]);
});

test('finds a RESET, unless data was lost before', () => {
  const reset = [...events.slice(0, 3), event(5000, 'RESET'), event(5001, 'SNAPSHOT'), ...events.slice(3)];
  expect(received(reset)).toEqual(['first received a RESET although no data was lost.']);
  const lost = { ...run, subscribers: { first: reset } };
  expect(violationsOf({ ...lost, lossAt: 4900 })).toEqual([]);
  expect(violationsOf({ ...lost, lossAt: 5100 })).toHaveLength(1);
});
