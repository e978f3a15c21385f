import { expect, test } from '@jest/globals';
import { addressBucket } from '../../src/rate-limits/address-bucket.js';

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'],
  ['2001:0DB8:0001:0002:0:0:0:1', '2001:db8:1:2::1'],
  ['::1', '0:0:0:0::2'],
  ['fe80::1%eth0', 'fe80::2'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['unknown', '_hidden'],
  ['', '192.0.2.1:65536:1'],
])('%j and %j share a bucket', (a, b) => {
  expect(addressBucket(a)).toBe(addressBucket(b));
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['192.0.2.1', '192.0.2.2'],
  ['unknown', '192.0.2.1'],
])('%j and %j have buckets of their own', (a, b) => {
  expect(addressBucket(a)).not.toBe(addressBucket(b));
});
