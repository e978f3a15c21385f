import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { allowLongBody } from '../../src/http/body-deadline.js';
import { BodyBudget } from '../../src/server/body-budget.js';

const KIB = 1024;

function start() {
  const budget = new BodyBudget({ totalBytes: 400 * KIB, bytesPerAddress: 250 * KIB });
  /** @returns the request, or null if there was no room for it. */
  const send = (address: string, bytes: number): IncomingMessage | null => {
    const headers = { 'content-length': String(bytes) };
    const request = Object.assign(new IncomingMessage(new Socket()), { headers });
    return budget.take(request, () => address) ? request : null;
  };
  return { send };
}

test('admits as many large bodies of an address, and of all, as there is room for', () => {
  const { send } = start();
  expect(send('192.0.2.1', 200 * KIB)).not.toBeNull();
  expect(send('192.0.2.1', 100 * KIB)).toBeNull();
  expect(send('192.0.2.2', 200 * KIB)).not.toBeNull();
  expect(send('192.0.2.3', 100 * KIB)).toBeNull();
});

test('admits small bodies always', () => {
  const { send } = start();
  for (let count = 0; count < 100; count++) expect(send('192.0.2.1', 64 * KIB)).not.toBeNull();
});

test('has room again once a request has ended, or its body turned out to be a package', () => {
  const { send } = start();
  send('192.0.2.1', 200 * KIB)?.emit('close');
  const upload = send('192.0.2.1', 200 * KIB);
  expect(upload).not.toBeNull();
  expect(send('192.0.2.1', 200 * KIB)).toBeNull();
  if (upload) allowLongBody(upload);
  upload?.emit('close');
  expect(send('192.0.2.1', 200 * KIB)).not.toBeNull();
  expect(send('192.0.2.1', 200 * KIB)).toBeNull();
});
