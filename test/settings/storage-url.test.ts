import { describe, expect, test } from '@jest/globals';
import { parseStorageUrl } from '../../src/settings/storage-url.js';

const s3 = {
  bucket: 'packages',
  prefix: '',
  region: null,
  endpoint: null,
  publicEndpoint: null,
  forcePathStyle: false,
};

test.each([
  ['file:', null],
  ['s3://packages', s3],
  ['s3://packages/', s3],
  ['s3://packages/a/b?region=eu-central-1', { ...s3, prefix: 'a/b/', region: 'eu-central-1' }],
  ['s3://packages/a/', { ...s3, prefix: 'a/' }],
  [
    's3://packages?region=us-east-1&endpoint=http://minio:9000&publicEndpoint=https://s3.example.com',
    {
      ...s3,
      region: 'us-east-1',
      endpoint: 'http://minio:9000',
      publicEndpoint: 'https://s3.example.com',
      forcePathStyle: true,
    },
  ],
  [
    's3://packages?endpoint=https%3A%2F%2Foss-cn-hangzhou.aliyuncs.com&forcePathStyle=false',
    { ...s3, endpoint: 'https://oss-cn-hangzhou.aliyuncs.com' },
  ],
])('%s is valid', (text, url) => {
  expect(parseStorageUrl(text)).toEqual(url);
});

describe('is refused:', () => {
  test.each([
    ['file:///srv/packages', 'must be file: or a URL of the form s3://bucket/prefix?region=…'],
    ['https://s3.example.com/packages', 'must be file: or a URL of the form s3://bucket/prefix?region=…'],
    ['s3://', 'must name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens'],
    ['s3://Packages', 'must name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens'],
    [
      's3://key:secret@packages',
      'must not have credentials, which the environment has: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY',
    ],
    ['s3://packages//a', "must have a prefix of letters, digits, slashes and !-_.*'()"],
    ['s3://packages?accelerate=true', 'must not have the parameter accelerate, which is not supported'],
    [
      's3://packages?endpoint=s3.example.com',
      'has a parameter endpoint that must be an http or https URL without a path, such as https://s3.example.com',
    ],
    [
      's3://packages?endpoint=https://key:secret@s3.example.com',
      'has a parameter endpoint that must be an http or https URL without a path, such as https://s3.example.com',
    ],
    ['s3://packages?forcePathStyle=1', 'has a parameter forcePathStyle that must be true or false'],
  ])('%s', (text, message) => {
    expect(() => parseStorageUrl(text)).toThrow(new RangeError(message));
  });
});
