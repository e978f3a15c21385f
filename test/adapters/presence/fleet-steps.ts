import fc from 'fast-check';

export const DEVICES = 6;
const MAX_STEPS = 60;
/** Each step may open one. */
export const SESSIONS = MAX_STEPS;

const device = fc.nat(DEVICES - 1);
const node = fc.nat(3);

const kinds = {
  beat: [8, fc.record({ kind: fc.constant('beat' as const), device, node })],
  login: [2, fc.record({ kind: fc.constant('login' as const), device, minutes: fc.option(fc.nat(3)) })],
  logout: [2, fc.record({ kind: fc.constant('logout' as const), device, node })],
  tick: [3, fc.record({ kind: fc.constant('tick' as const), node })],
  pass: [4, fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(40_000) })],
  copy: [1, fc.record({ kind: fc.constant('copy' as const), node })],
  rename: [1, fc.record({ kind: fc.constant('rename' as const), device, node })],
  join: [2, fc.record({ kind: fc.constant('join' as const) })],
  kill: [1, fc.record({ kind: fc.constant('kill' as const), node })],
  close: [1, fc.record({ kind: fc.constant('close' as const), node })],
  sleep: [1, fc.record({ kind: fc.constant('sleep' as const), node })],
  wake: [1, fc.record({ kind: fc.constant('wake' as const) })],
  fail: [
    1,
    fc.record({
      kind: fc.constant('fail' as const),
      node,
      failure: fc.constantFrom('before' as const, 'after' as const),
    }),
  ],
  recover: [2, fc.record({ kind: fc.constant('recover' as const) })],
  empty: [1, fc.record({ kind: fc.constant('empty' as const) })],
  resume: [3, fc.record({ kind: fc.constant('resume' as const), subscriber: fc.nat(1), node })],
} as const;

/** What may happen to nodes and devices. Numbers choose among those that there are. */
export type Step = (typeof kinds)[keyof typeof kinds][1] extends fc.Arbitrary<infer S> ? S : never;

const step = fc.oneof(
  ...Object.values(kinds).map(([weight, arbitrary]) => ({
    weight,
    arbitrary: arbitrary as fc.Arbitrary<Step>,
  })),
);

export const steps = fc.array(step, { minLength: 20, maxLength: MAX_STEPS, size: 'max' });
