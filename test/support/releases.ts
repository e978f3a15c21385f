import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Actor } from '../../src/audit/audit.js';
import type { NewRelease } from '../../src/releases/new-release.js';
import { Release } from '../../src/releases/release.entity.js';
import { ReleaseEvent } from '../../src/releases/release-event.entity.js';
import { ask } from './clients/client.js';
import { type FilePart, uploadForm } from './clients/multipart.js';
import { startGateway, type TestGateway } from './gateway.js';
import * as op from './operations.js';
import { PASSWORD } from './password.js';

export const UPLOAD = '/api/upgrade/upload';

/** The parts of an upload, by the path of the API. */
export const uploadParts = (file: FilePart, version = '7') => {
  const query = 'mutation($input: UploadReleaseInput!) { uploadRelease(input: $input) { release { id } } }';
  return {
    [UPLOAD]: [
      ['version', version],
      ['file', file],
    ],
    '/graphql': [
      ['operations', JSON.stringify({ query, variables: { input: { version, file: null } } })],
      ['map', '{"0":["variables.input.file"]}'],
      ['0', file],
    ],
  } as const;
};

export const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** A gateway, and the access tokens of a publisher and a member. */
export async function startPublishing(env: Record<string, string> = {}) {
  const gateway = await startGateway(env);
  await gateway.createUser({ username: 'pia', nickname: 'Pia', password: PASSWORD, roles: ['PUBLISHER'] });
  await gateway.createUser({ username: 'max', password: PASSWORD });
  const login = async (username: string) =>
    (await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } })).login.accessToken;
  return { gateway, publisher: await login('pia'), member: await login('max') };
}

const system = { userId: null, address: null };

interface Package extends NewRelease {
  /** The name of the file. */
  readonly name: string;
  readonly content: string | Buffer;
}

/** Publishes a package without an API. */
export async function publishRelease(
  { services: { releases } }: TestGateway,
  version: string,
  { name = 'app.zip', content = `package ${version}`, ...details }: Partial<Package> = {},
  actor: Actor = system,
) {
  const staged = await releases.receive(Readable.from([Buffer.from(content)]));
  return releases.publish(
    { name, staged },
    { version, channel: 'stable', notes: null, sha256: null, ...details },
    actor,
  );
}

/** Uploads a form through the upgrade API. */
export async function upload(
  gateway: TestGateway,
  token: string,
  parts: readonly (readonly [string, string | FilePart])[],
  headers: Record<string, string> = {},
) {
  const form = uploadForm(parts);
  return gateway.app.inject({
    method: 'POST',
    url: UPLOAD,
    ...form,
    headers: { ...form.headers, authorization: token, ...headers },
  });
}

/** All traces of uploads: incomplete files, stored packages and rows. */
export async function inventory({ services }: TestGateway) {
  const list = async (folder: string) => {
    const path = join(services.config.DATA_DIR, folder);
    const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
    // Nodes that share a folder mark it.
    return entries.filter((entry) => entry.isFile() && entry.name !== 'folder-id').map(({ name }) => name);
  };
  const em = services.db.em.fork();
  return {
    uploads: await list('uploads'),
    packages: await list('packages'),
    releases: await em.count(Release),
    events: await em.count(ReleaseEvent),
  };
}

export const nothing = { uploads: [], packages: [], releases: 0, events: 0 };
