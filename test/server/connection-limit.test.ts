import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { ConnectionLimit, maxConnections } from '../../src/server/connection-limit.js';

/** @returns a function that connects from an address, and the connections that were dropped, in order. */
function start(max: number) {
  const limit = new ConnectionLimit(max);
  const dropped: string[] = [];
  const connect = (name: string) => {
    const socket = Object.assign(new EventEmitter(), {
      // The first character of a name stands for the address.
      remoteAddress: `192.0.2.${name.charCodeAt(0)}`,
      destroy() {
        dropped.push(name);
        socket.emit('close');
      },
    });
    limit.add(socket as unknown as Socket);
    return socket;
  };
  return { connect, dropped };
}

test('drops the latest connection of the address with the most', () => {
  const { connect, dropped } = start(3);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) connect(name);
  expect(dropped).toEqual(['a3', 'a2']);
});

test('drops the new connection of the address with the most', () => {
  const { connect, dropped } = start(3);
  for (const name of ['a1', 'a2', 'b1', 'a3']) connect(name);
  expect(dropped).toEqual(['a3']);
});

test('drops the new connection if no address has more', () => {
  const { connect, dropped } = start(3);
  for (const name of ['a1', 'b1', 'c1', 'd1']) connect(name);
  expect(dropped).toEqual(['d1']);
});

test('drops the latest connection that is still open', () => {
  const { connect, dropped } = start(4);
  const [, , a3] = ['a1', 'a2', 'a3', 'a4'].map(connect);
  a3?.emit('close');
  for (const name of ['b1', 'c1', 'd1']) connect(name);
  expect(dropped).toEqual(['a4', 'a2']);
});

test('has room again once a connection has closed', () => {
  const { connect, dropped } = start(2);
  connect('a1').destroy();
  for (const name of ['a2', 'a3', 'a4']) connect(name);
  expect(dropped).toEqual(['a1', 'a4']);
});

test('leaves a fifth of the files that the system allows', async () => {
  expect(await maxConnections()).toBeGreaterThan(100);
});
