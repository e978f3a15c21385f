import { expect, test } from '@jest/globals';
import { browserName } from '../../src/http/browser-name.js';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36`, 'Chrome (Windows)'],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
    'Edge (Windows)',
  ],
  ['Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox (Linux)'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'Safari (macOS)',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1',
    'Chrome (iOS)',
  ],
  [
    `Mozilla/5.0 (Linux; Android 15; Mate 60) ${webkit} Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.60`,
    'WeChat (Android)',
  ],
])('%s is %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

test.each([undefined, '', 'curl/8.5.0', 'okhttp/4.12.0 Android', 'Your administrator: please approve'])(
  '%s is no browser',
  (userAgent) => {
    expect(browserName(userAgent)).toBeNull();
  },
);
