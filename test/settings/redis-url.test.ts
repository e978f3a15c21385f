import { describe, expect, test } from '@jest/globals';
import { parseRedisUrl } from '../../src/settings/redis-url.js';

const none = {
  username: null,
  password: null,
  database: 0,
  tls: false,
  ca: null,
  isCluster: false,
  sentinel: null,
};
const host = (name: string, port = 6379) => ({ host: name, port });

describe('reads', () => {
  test.each([
    ['redis://cache', { hosts: [host('cache')] }],
    ['redis://cache:6380/3', { hosts: [host('cache', 6380)], database: 3 }],
    ['redis://:p%40ss@cache', { hosts: [host('cache')], password: 'p@ss' }],
    ['redis://fleet:p:a@s#s@cache', { hosts: [host('cache')], username: 'fleet', password: 'p:a@s#s' }],
    ['redis://[2001:db8::5]:6380', { hosts: [host('2001:db8::5', 6380)] }],
    ['rediss://cache?ca=/etc/ca.pem', { hosts: [host('cache')], tls: true, ca: '/etc/ca.pem' }],
    ['rediss://cache?cluster=true', { hosts: [host('cache')], tls: true, isCluster: true }],
    ['redis://a,b:6380?cluster=true', { hosts: [host('a'), host('b', 6380)], isCluster: true }],
    [
      'redis://:secret@a,b:26380/1?sentinel=main&sentinel_password=other',
      {
        hosts: [host('a', 26_379), host('b', 26_380)],
        password: 'secret',
        database: 1,
        sentinel: { primary: 'main', username: null, password: 'other' },
      },
    ],
  ])('%s', (text, expected) => {
    expect(parseRedisUrl(text)).toEqual({ ...none, ...expected });
  });
});

describe('refuses', () => {
  test.each([
    ['cache:6379', 'must be a redis:// or rediss:// URL'],
    ['http://cache', 'must be a redis:// or rediss:// URL'],
    ['redis://', 'must have hosts of the form name:port or [address]:port'],
    ['redis://::1', 'must have hosts of the form name:port or [address]:port'],
    ['redis://cache:0', 'must have ports from 1 to 65535'],
    ['redis://cache:65536', 'must have ports from 1 to 65535'],
    ['redis://a,b', 'must have one host, or say what several hosts are: cluster=true, or sentinel=NAME'],
    ['redis://a?cluster=true&sentinel=main', 'must not have both parameters cluster and sentinel'],
    ['redis://a/1?cluster=true', 'must have no database other than 0 in a cluster'],
    ['redis://a/one', 'must have the number of a database as its path'],
    ['redis://a?cluster=yes', 'has a parameter cluster that must be true or false'],
    ['redis://a?sentinel=', 'has a parameter sentinel that must be the name of a primary'],
    [
      'redis://a?sentinel_password=x',
      'must have the parameter sentinel, which sentinel_username and sentinel_password require',
    ],
    ['redis://a?ca=/etc/ca.pem', 'must begin with rediss:// to use the parameter ca'],
    ['redis://a?family=6&db=1', 'must not have the parameter family, db, which is not supported'],
    ['redis://:%zz@a', 'must be percent-encoded correctly'],
  ])('%s', (text, problem) => {
    expect(() => parseRedisUrl(text)).toThrow(new RangeError(problem));
  });
});
