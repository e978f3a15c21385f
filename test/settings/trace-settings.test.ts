import { expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/' };

test('traces are sent once a collector is named, unless they are switched off', () => {
  const urlOf = (env: Record<string, string>) => readConfig(env).TRACES?.url;
  expect(urlOf({})).toBeUndefined();
  expect(urlOf(ENDPOINT)).toBe('http://collector:4318/base/v1/traces');
  expect(urlOf({ OTEL_TRACES_EXPORTER: 'otlp' })).toBe('http://localhost:4318/v1/traces');
  expect(urlOf({ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/traces' })).toBe(
    'https://other/traces',
  );
  expect(urlOf({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
  expect(urlOf({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
});

test('settings for traces take precedence over those for all signals', () => {
  const { TRACES } = readConfig({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=two%20words',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '1000',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,host.name=node-1',
    OTEL_SERVICE_NAME: 'fleet',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_PROPAGATORS: 'none',
  });
  expect(TRACES).toMatchObject({
    headers: { a: '2', b: 'two words' },
    protocol: 'http/protobuf',
    compression: 'gzip',
    timeoutMs: 1000,
    resource: { 'service.name': 'fleet', 'host.name': 'node-1' },
    sampler: 'parentbased_traceidratio',
    ratio: 0.25,
    readsTraceparent: false,
  });
});

test.each([
  ['OTEL_TRACES_EXPORTER', 'zipkin', 'must be otlp or none'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be an http or https URL'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/json or http/protobuf'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'token', 'must be key=value pairs'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz', 'must be key=value pairs'],
  ['OTEL_TRACES_SAMPLER', 'xray', 'must be a sampler of OpenTelemetry'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1'],
  ['OTEL_PROPAGATORS', 'b3', 'must be tracecontext, baggage or none'],
])('%s=%s is refused by name', (name, value, reason) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name} ${reason}`);
});

test('settings of OpenTelemetry that have no effect are known by name', () => {
  const env = {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPONT: 'http://collector',
    OTEL_LOG_LEVEL: '',
  };
  expect(readConfig(env).IGNORED).toEqual(['OTEL_METRICS_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPONT']);
});
