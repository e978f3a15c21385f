import { expect, test } from '@jest/globals';
import { readSelection } from '../../../src/cli/device/selection.js';

test('devices are selected by ids, by options or as a whole', () => {
  expect(readSelection(['device_1', 'device_2'], {})).toEqual({
    filter: { ids: ['device_1', 'device_2'] },
    group: null,
  });
  expect(readSelection([], { tag: ['spare'], offline: true })).toMatchObject({
    filter: { tags: ['spare'], online: false },
  });
  expect(readSelection([], { group: 'Gates' })).toEqual({ filter: {}, group: 'Gates' });
  expect(readSelection([], { all: true })).toEqual({ filter: {}, group: null });
});

test.each([
  ['nothing', [], {}],
  ['ids and a filter', ['device_1'], { online: true } as const],
  ['a filter and all', [], { retired: true, all: true } as const],
  ['two states', [], { online: true, offline: true } as const],
])('a command line that selects by %s is invalid', (_way, ids, options) => {
  expect(() => readSelection(ids, options)).toThrow(expect.objectContaining({ name: 'UsageError' }));
});
