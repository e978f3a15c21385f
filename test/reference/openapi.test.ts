import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { dialects } from '../../src/legacy/index.js';
import { describeApis, failureCodes } from '../../src/reference/apis.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const Content = z.object({
  schema: z.record(z.string(), z.unknown()).optional(),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
});
const Operation = z.object({
  operationId: z.string().regex(/^\w+$/),
  tags: z.tuple([z.string()]),
  summary: z.string().min(1),
  security: z.array(z.record(z.string(), z.tuple([]))).optional(),
  parameters: z.array(z.looseObject({ name: z.string().optional(), in: z.string().optional() })),
  requestBody: z.object({ content: z.record(z.string(), Content) }).optional(),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.object({ description: z.string().min(1), content: z.record(z.string(), Content) }).loose(),
  ),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.1'),
  servers: z.tuple([z.object({ url: z.url() })]),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string().startsWith('/'), z.object({ post: Operation })),
  components: z.looseObject({
    securitySchemes: z.record(z.string(), z.looseObject({ in: z.literal('header') })),
  }),
});

let gateway: TestGateway;
let document: z.infer<typeof Document>;
beforeAll(async () => {
  gateway = await startGateway({ PUBLIC_URL: 'https://gate.example' });
  document = Document.parse((await gateway.app.inject('/openapi.json')).json());
});
afterAll(() => gateway.close());

const endpoints = describeApis(dialects).flatMap((api) => api.endpoints);
const operationOf = (path: string) => {
  const operation = document.paths[path]?.post;
  if (!operation) throw new Error(`${path} is not in the document.`);
  return operation;
};

test('has exactly the documented paths, tagged with their API', () => {
  const declared = dialects.flatMap(({ sessionPolicy, routes, uploads }) =>
    [...Object.keys(routes), ...Object.keys(uploads ?? {})].map((path) => [path, [sessionPolicy.api]]),
  );
  expect(Object.entries(document.paths).map(([path, { post }]) => [path, post.tags])).toEqual(declared);
  expect(document.tags.map(({ name }) => name)).toEqual(
    dialects.map(({ sessionPolicy }) => sessionPolicy.api),
  );
  expect(document.servers[0].url).toBe('https://gate.example');
});

test('gives each operation a unique id', () => {
  const ids = Object.values(document.paths).map(({ post }) => post.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('has no dangling reference', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer = '']) => pointer);
  expect(references.length).toBeGreaterThan(0);
  for (const pointer of new Set(references)) {
    const target = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (from, key) => Object.entries(from ?? {}).find(([name]) => name === key)?.[1],
        document,
      );
    expect([pointer, typeof target]).toEqual([pointer, 'object']);
  }
});

describe.each(endpoints)('$path', ({ path, route, parameters }) => {
  test('accepts its documented request, by its own schema and by that of the document', () => {
    expect(route.parameters.safeParse(route.sample.request).success).toBe(true);
    const { requestBody } = operationOf(path);
    for (const { schema, example } of Object.values(requestBody?.content ?? {})) {
      expect(example).toEqual(route.sample.request);
      const files = 'file' in Object(schema?.properties) ? { file: 'content' } : {};
      expect(
        z.fromJSONSchema(schema ?? false).safeParse({ ...Object(example), ...files }).error,
      ).toBeUndefined();
    }
    const inQuery = operationOf(path).parameters.filter((parameter) => parameter.in === 'query');
    expect(inQuery.map(({ name }) => name)).toEqual(
      route.sentIn === 'query' ? parameters.map(({ name }) => name) : [],
    );
  });

  test('shows every documented response and every failure once', () => {
    const { responses } = operationOf(path);
    const examples = Object.values(responses).flatMap(({ content }) =>
      Object.entries(content['application/json']?.examples ?? {}).map(
        ([name, { value }]) => [name, value] as const,
      ),
    );
    const byName = new Map(examples);
    expect(byName.size).toBe(examples.length);
    for (const [name, body] of Object.entries(route.sample.answers)) expect(byName.get(name)).toEqual(body);
    for (const code of failureCodes) expect(byName.has(code)).toBe(true);
    expect(Object.keys(responses)).toContain(String(route.status ?? 200));
  });

  test('names the header of its token', () => {
    const { security } = operationOf(path);
    expect(security?.map((scheme) => Object.keys(scheme)[0])[0]).toBe(route.token);
    for (const scheme of security ?? [])
      expect(Object.keys(document.components.securitySchemes)).toEqual(
        expect.arrayContaining(Object.keys(scheme)),
      );
  });
});
