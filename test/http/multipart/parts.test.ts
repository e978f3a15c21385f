import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Part, readParts } from '../../../src/http/multipart/parts.js';
import { uploadForm } from '../../support/clients/multipart.js';

const file = ['file', { fileName: 'a.bin', content: 'content' }] as const;

test.each([
  ['its last part', [['version', '7'], file]],
  ['followed by a field', [file, ['version', '7']]],
] as const)('a form with a file that is %s ends only after the file was read', async (_what, fields) => {
  const { payload, headers } = uploadForm(fields);
  for (let at = 1; at < payload.length; at += 1) {
    const form = Readable.from([payload.subarray(0, at), payload.subarray(at)], { objectMode: false });
    let unread: Part | undefined;
    let hasEnded = false;
    const read = async () => {
      for await (const part of readParts(form, headers['content-type'], 2)) {
        if (part.fileName === undefined) await text(part.content);
        else unread = part;
      }
      hasEnded = true;
    };
    const end = read();
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    expect([at, hasEnded]).toEqual([at, false]);
    expect(await text(unread?.content ?? Readable.from([]))).toBe('content');
    await end;
  }
});
