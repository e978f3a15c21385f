import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readConfig } from '../../../src/config.js';
import { DocumentCache } from '../../../src/graphql/execution/document-cache.js';

const DOCUMENTS = 1000;
/** With its AST and its validation, an invalid document takes 60,000. */
const MAX_BYTES_EACH = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('remembers little of an invalid document', () => {
  const schema = buildSchema('type Query { a: Int }');
  const cache = new DocumentCache(schema, readConfig({}));
  const before = usedHeap();
  for (let document = 0; document < DOCUMENTS; document++) {
    expect(cache.get(`{ unknown${document} }`)).toMatchObject({
      errors: [{ locations: [{ line: 1, column: 3 }], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  }
  expect((usedHeap() - before) / DOCUMENTS).toBeLessThan(MAX_BYTES_EACH);
  expect(cache.has('{ unknown0 }')).toBe(true);
});
