import { expect, test } from '@jest/globals';
import { listenedUrl } from '../../src/http/public-url.js';

test.each([
  ['127.0.0.1', 'http://localhost:8080'],
  ['0.0.0.0', 'http://localhost:8080'],
  ['::1', 'http://localhost:8080'],
  ['192.0.2.7', 'http://192.0.2.7:8080'],
  ['2001:db8::7', 'http://[2001:db8::7]:8080'],
])('a gateway that listens on %s is opened at %s', (host, url) => {
  expect(listenedUrl(host, 8080)).toBe(url);
});
