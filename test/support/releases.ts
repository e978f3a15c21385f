import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Release } from '../../src/releases/release.entity.js';
import { ReleaseEvent } from '../../src/releases/release-event.entity.js';
import * as op from '../generated/graphql.js';
import { ask } from './client.js';
import { startGateway, type TestGateway } from './gateway.js';
import { type FilePart, uploadForm } from './multipart.js';
import { PASSWORD } from './password.js';

export const UPLOAD = '/api/upgrade/upload';

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
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
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
