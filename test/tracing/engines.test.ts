import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { commandSpan } from '../../src/adapters/redis-span.js';
import { openStorage } from '../../src/adapters/storage/index.js';
import { readConfig } from '../../src/config.js';
import { type OpenedTracing, openTracing } from '../../src/tracing/open-tracing.js';
import { traceCalls } from '../../src/tracing/trace-calls.js';
import { type Collector, startCollector } from '../support/infrastructure/collector.js';
import { describeWithRedis, startRedis } from '../support/infrastructure/redis.js';
import { TestS3 } from '../support/infrastructure/s3.js';

let collector: Collector;
let opened: OpenedTracing;
beforeAll(async () => {
  collector = await startCollector();
  const { TRACES } = readConfig({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  if (!TRACES) throw new Error('No traces are sent.');
  opened = await openTracing(TRACES, pino({ level: 'silent' }));
});
afterAll(async () => {
  await opened.close();
  await collector.close();
});

/** Does work within a span. @returns the paths of its trace. */
async function traceOf(name: string, work: () => Promise<unknown>): Promise<string[]> {
  await opened.tracing.run(name, { parent: null }, work);
  return collector.paths(await collector.find((span) => span.name === name));
}

test('requests of S3 are spans of the upload that needs them', async () => {
  await using s3 = await TestS3.start();
  const { STORAGE } = readConfig({ STORAGE_URL: s3.url('traces') });
  const { storage } = await openStorage(STORAGE, opened.tracing);
  const paths = await traceOf('upload', async () => {
    const staged = await storage.receive(Readable.from([Buffer.from('a package')]), 1024);
    await staged.publish();
  });
  expect(paths).toContain('upload > S3/PutObject');
  const span = await collector.find(({ name }) => name === 'S3/PutObject');
  expect(span).toMatchObject({ kind: 3, attributes: { 'aws.s3.bucket': 'packages' } });
});

describeWithRedis('with Redis', () => {
  test('commands are spans of the request that needs them, and have no values', async () => {
    const redis = await startRedis();
    const { client, close } = await redis.connect();
    traceCalls(opened.tracing, client, { sendCommand: ([command]) => commandSpan(command) });
    await client.set('outside', 'of a span');
    const paths = await traceOf('request', () => client.multi().set('key', 'a value').get('key').exec());
    close();
    await redis.stop();
    expect(paths).toEqual(expect.arrayContaining(['request > REDIS SET', 'request > REDIS GET']));
    expect(JSON.stringify(collector.spans)).not.toMatch(/a value|outside/);
  });
});
