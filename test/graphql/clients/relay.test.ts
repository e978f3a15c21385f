import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import relay, { type GraphQLTaggedNode, type OperationType, type Variables } from 'relay-runtime';
import { type ClientGateway, startForClients } from '../../support/clients/clients.js';

const {
  commitMutation,
  Environment,
  fetchQuery,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} = relay;
const run = promisify(execFile);
const COMPILER = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
const compile = (...args: string[]) => run(process.execPath, [COMPILER, ...args], { cwd: project });

let project: string;
let on: ClientGateway;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'gatehouse-relay-'));
  await cp('schema/schema.graphql', join(project, 'schema.graphql'));
  await cp('test/graphql/clients/relay', join(project, 'src'), { recursive: true });
  await mkdir(join(project, 'artifacts'));
  const config = {
    src: './src',
    schema: './schema.graphql',
    language: 'javascript',
    artifactDirectory: './artifacts',
    jsModuleFormat: 'commonjs',
  };
  await writeFile(join(project, 'relay.config.json'), JSON.stringify(config));
  await compile();
  on = await startForClients();
});
afterAll(async () => {
  await on.live.dispose();
  await on.gateway.close();
  await rm(project, { recursive: true });
});

/** What the compiler made of an operation. */
const artifact = (name: string): GraphQLTaggedNode =>
  createRequire(join(project, 'artifacts', 'index.js'))(`./${name}.graphql.js`);

function createEnvironment() {
  const store = new Store(new RecordSource());
  const network = Network.create(
    async ({ text }, variables) => {
      const response = await fetch(on.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...on.headers },
        body: JSON.stringify({ query: text, variables }),
      });
      return JSON.parse(await response.text());
    },
    ({ text }, variables) =>
      Observable.create((sink) =>
        on.live.subscribe(
          { query: text ?? '', variables },
          {
            next: ({ data }) => sink.next({ data: data ?? {} }),
            error: (error) => sink.error(error instanceof Error ? error : new Error(String(error))),
            complete: () => sink.complete(),
          },
        ),
      ),
  );
  const environment = new Environment({ network, store });
  return {
    environment,
    /** Fields of a record as the store keeps them. */
    record: (id: string): Record<string, unknown> => store.getSource().get(id) ?? {},
    query: <T>(name: string, variables: Variables): Promise<T> =>
      fetchQuery<OperationType>(environment, artifact(name), variables).toPromise() as Promise<T>,
    mutate: (name: string, variables: Variables) =>
      new Promise((onCompleted, onError) => {
        commitMutation(environment, { mutation: artifact(name), variables, onCompleted, onError });
      }),
  };
}

/** The nodes of a connection as `@connection` keeps it, in the order of its edges. */
function connectionOf({ record }: ReturnType<typeof createEnvironment>, id: string): unknown[] {
  const { edges } = record(id) as { edges?: { __refs: string[] } };
  return (edges?.__refs ?? []).map((edge) => (record(edge).node as { __ref: string }).__ref);
}

test('the compiler accepts the schema, and finds nothing to change afterwards', async () => {
  const { stderr } = await compile('--validate');
  expect(stderr).not.toMatch(/error|warning/i);
});

describe('the runtime', () => {
  test('keeps a user and a device of equal numbers apart', async () => {
    const relay = createEnvironment();
    const number = on.userId.replace('user_', '');
    const ids = [`user_${number}`, `device_${number}`];
    expect(await relay.query('fleetNodesQuery', { ids })).toMatchObject({
      nodes: [
        { __typename: 'User', id: ids[0] },
        { __typename: 'Device', id: ids[1], online: true },
      ],
    });
    expect(ids.map((id) => relay.record(id).__typename)).toEqual(['User', 'Device']);
  });

  test('pages through a connection of the query', async () => {
    const relay = createEnvironment();
    await relay.query('fleetQuery', { count: 2 });
    const id = 'client:root:__fleet_devices_connection(orderBy:{"field":"NAME"})';
    expect(connectionOf(relay, id)).toHaveLength(2);
    const { __ref: pageInfo = '' } = relay.record(id).pageInfo as { __ref?: string };
    const { endCursor: cursor, hasNextPage } = relay.record(pageInfo);
    expect(hasNextPage).toBe(true);
    await relay.query('fleetDevicesPaginationQuery', { count: 20, cursor });
    const names = connectionOf(relay, id).map((node) => relay.record(String(node)).name);
    expect(names).toEqual(['five', 'four', 'one', 'three', 'two']);
  });

  test('pages backwards through a connection of a node, which it refetches by its id', async () => {
    const relay = createEnvironment();
    await relay.query('fleetUserPaginationQuery', { id: on.userId, last: 1 });
    const sessions = connectionOf(relay, `client:${on.userId}:__fleet_user_sessions_connection`);
    expect(sessions).toEqual([expect.stringMatching(/^session_/)]);
    expect(relay.record(String(sessions[0]))).toMatchObject({ __typename: 'Session', current: true });
  });

  test('updates the record that a mutation changed, and removes the one that it deleted', async () => {
    const relay = createEnvironment();
    await relay.query('fleetNodesQuery', { ids: [on.userId] });
    await relay.mutate('fleetProfileMutation', { input: { nickname: 'Robin' } });
    expect(relay.record(on.userId)).toMatchObject({ nickname: 'Robin' });
    const gone = `user_${(await on.gateway.createUser({ username: 'gone' })).id}`;
    await relay.query('fleetNodesQuery', { ids: [gone] });
    expect(relay.record(gone).__typename).toBe('User');
    await relay.mutate('fleetDeletionMutation', { input: { id: gone } });
    expect(relay.record(gone)).toEqual({});
  });

  test('receives the events of a subscription, and updates their records', async () => {
    const { environment, record } = createEnvironment();
    const events: { kind: string; device: { id: string } | null }[] = [];
    const changed = Promise.withResolvers<string>();
    const { dispose } = requestSubscription(environment, {
      subscription: artifact('fleetStatusSubscription'),
      variables: { filter: { search: 'relay' } },
      onNext(data) {
        const { deviceStatus } = data as { deviceStatus: (typeof events)[number] };
        events.push(deviceStatus);
        if (deviceStatus.kind === 'SNAPSHOT') void on.bringOnline('relay');
        if (deviceStatus.device) changed.resolve(deviceStatus.device.id);
      },
      onError: changed.reject,
    });
    const id = await changed.promise;
    dispose();
    expect(events.map(({ kind }) => kind)).toEqual(['SNAPSHOT', 'ONLINE']);
    expect(record(id)).toMatchObject({ __typename: 'Device', online: true });
  });
});
