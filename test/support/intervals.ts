import { jest } from '@jest/globals';

/** From now on an interval only fires when the test advances Jest's timers; all other time is the real one. */
export function holdIntervals(): void {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'clearImmediate',
      'clearTimeout',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setTimeout',
    ],
  });
}
