import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestGateway } from '../support/gateway.js';
import { publishRelease, sha256, startPublishing } from '../support/releases.js';

const content = Buffer.from('0123456789');
const ETAG = `"${sha256(content)}"`;
const EARLIER = new Date(0).toUTCString();
const NO_SUCH_BYTES = 'The package has none of these bytes.\n';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  ({ gateway } = await startPublishing());
  host = await gateway.listen();
  await publish('app.html', '1', content);
});
afterAll(() => gateway.close());

const publish = (name: string, version: string, content: Buffer) =>
  publishRelease(gateway, version, { name, content });

const get = (headers: Record<string, string> = {}, url = '/dist/app-1.html') =>
  gateway.app.inject({ method: 'GET', url, headers });

describe('a request for a range', () => {
  const cases: [string, Record<string, string>, number, string, string | undefined][] = [
    ['at the beginning', { range: 'bytes=0-3' }, 206, '0123', 'bytes 0-3/10'],
    ['from an offset to the end', { range: 'bytes=4-' }, 206, '456789', 'bytes 4-9/10'],
    ['of the last bytes', { range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
    ['that reaches past the end', { range: 'bytes=8-99' }, 206, '89', 'bytes 8-9/10'],
    ['of more last bytes than there are', { range: 'bytes=-99' }, 206, '0123456789', 'bytes 0-9/10'],
    ['with its unit in capitals', { range: 'Bytes=0-3' }, 206, '0123', 'bytes 0-3/10'],
    ['that starts past the end', { range: 'bytes=10-' }, 416, NO_SUCH_BYTES, 'bytes */10'],
    ['of the last 0 bytes', { range: 'bytes=-0' }, 416, NO_SUCH_BYTES, 'bytes */10'],
    [
      'that is empty beside others past the end',
      { range: 'bytes=10-12,-0' },
      416,
      NO_SUCH_BYTES,
      'bytes */10',
    ],
    ['beside others past the end', { range: 'bytes=10-12,2-3,99-' }, 206, '23', 'bytes 2-3/10'],
    ['that others overlap', { range: 'bytes=2-5,0-3,5-7' }, 206, '01234567', 'bytes 0-7/10'],
    ['that is malformed', { range: 'bytes=b-a' }, 200, '0123456789', undefined],
    ['of another unit', { range: 'lines=1-2' }, 200, '0123456789', undefined],
    ['that ends before it starts', { range: 'bytes=0-1,5-4' }, 200, '0123456789', undefined],
    ['with If-Range and its ETag', { range: 'bytes=4-', 'if-range': ETAG }, 206, '456789', 'bytes 4-9/10'],
    [
      'with If-Range and another ETag',
      { range: 'bytes=4-', 'if-range': '"other"' },
      200,
      '0123456789',
      undefined,
    ],
    [
      'with If-Range and its ETag as a weak one',
      { range: 'bytes=4-', 'if-range': `W/${ETAG}` },
      200,
      '0123456789',
      undefined,
    ],
    [
      'with If-Range and an older time',
      { range: 'bytes=4-', 'if-range': EARLIER },
      200,
      '0123456789',
      undefined,
    ],
    [
      'past the end with If-Range and another ETag',
      { range: 'bytes=10-', 'if-range': '"other"' },
      200,
      '0123456789',
      undefined,
    ],
  ];
  test.each(cases)('%s', async (_name, headers, status, body, range) => {
    const response = await get(headers);
    expect([response.statusCode, response.body, response.headers['content-range']]).toEqual([
      status,
      body,
      range,
    ]);
  });
});

test('a range is sent if the package was last modified at the time of If-Range', async () => {
  const { headers } = await get();
  const response = await get({ range: 'bytes=4-', 'if-range': String(headers['last-modified']) });
  expect([response.statusCode, response.body]).toEqual([206, '456789']);
});

describe('a request for several ranges', () => {
  test('returns them as the parts of one body, in their order', async () => {
    const { statusCode, headers, body } = await get({ range: 'bytes=8-, 0-1,4-5' });
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(String(headers['content-type']))?.[1];
    expect([statusCode, headers['content-range']]).toEqual([206, undefined]);
    expect(headers).toMatchObject({
      'content-length': String(body.length),
      'content-disposition': 'attachment; filename=app-1.html',
      'content-security-policy': 'sandbox',
      'cache-control': 'no-cache',
      etag: ETAG,
    });
    const part = (range: string, bytes: string) =>
      `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${range}/10\r\n\r\n${bytes}\r\n`;
    expect(body).toBe(`${part('8-9', '89')}${part('0-1', '01')}${part('4-5', '45')}--${boundary}--\r\n`);
  });

  const rangesOf = async (range: string) => {
    const { statusCode, body } = await get({ range });
    return [statusCode, ...body.matchAll(/^Content-Range: bytes (\d+-\d+)/gm)].map((found) =>
      typeof found === 'number' ? found : found[1],
    );
  };

  test('keeps ranges apart that only touch', async () => {
    expect(await rangesOf('bytes=0-1,2-3')).toEqual([206, '0-1', '2-3']);
  });

  test('merges those that overlap, and leaves out those past the end', async () => {
    expect(await rangesOf('bytes=6-7,0-2,10-,1-3,-1,9-99')).toEqual([206, '6-7', '0-3', '9-9']);
  });

  test('accepts spaces and empty elements in the list', async () => {
    expect(await rangesOf('bytes = 0-1 ,, 4-5 ,')).toEqual([206, '0-1', '4-5']);
  });

  test('sends 1,000 ranges of a large package over a connection, each as it was asked for', async () => {
    const large = randomBytes(20 * 1024 * 1024);
    await publish('blocks.bin', '6', large);
    const starts = Array.from({ length: 1000 }, (_, at) => ((at * 7919) % 1000) * 20_971 + 3);
    const ranges = starts.map((start, at) => ({ start, end: start + (at === 500 ? 20_000 : at % 100) }));
    const range = `bytes=${ranges.map(({ start, end }) => `${start}-${end}`).join(', ')}`;
    const response = await fetch(`http://${host}/dist/blocks-6.bin`, { headers: { range } });
    expect(response.status).toBe(206);
    const body = Buffer.from(await response.arrayBuffer());
    const parts = ranges.map(
      ({ start, end }) =>
        `bytes ${start}-${end}/${large.length}\r\n\r\n${large.toString('latin1', start, end + 1)}\r\n--`,
    );
    expect(
      body
        .toString('latin1')
        .split('Content-Range: ')
        .slice(1)
        .map((part, at) => part.startsWith(parts[at] ?? ' ')),
    ).toEqual(parts.map(() => true));
  });

  test('ignores more than 1,000 ranges that do not overlap', async () => {
    await publish('many.bin', '7', Buffer.alloc(4000, 'x'));
    const many = (count: number) => Array.from({ length: count }, (_, at) => `${at * 2}-${at * 2}`).join();
    const [most, more] = [many(1000), many(1001)];
    expect((await get({ range: `bytes=${most}` }, '/dist/many-7.bin')).statusCode).toBe(206);
    const { statusCode, body } = await get({ range: `bytes=${more}` }, '/dist/many-7.bin');
    expect([statusCode, body.length]).toEqual([200, 4000]);
  });

  test('sends the bytes of 10,000 overlapping ranges once', async () => {
    const response = await fetch(`http://${host}/dist/app-1.html`, {
      headers: { range: `bytes=${'0-5,'.repeat(10_000)}5-6` },
    });
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
      206,
      'bytes 0-6/10',
      '0123456',
    ]);
  });
});
