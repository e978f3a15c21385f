import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ClientGateway, startForClients } from '../../support/clients/clients.js';

const run = promisify(execFile);
let project: string;
let on: ClientGateway;
beforeAll(async () => {
  on = await startForClients();
  project = await mkdtemp(join(tmpdir(), 'gatehouse-codegen-'));
  await cp('test/graphql/clients/codegen', project, { recursive: true });
  await symlink(resolve('node_modules'), join(project, 'node_modules'));
  const preset = { preset: 'client', config: { importExtension: '.js' } };
  const config = { schema: on.url, documents: '*.ts', generates: { './gql/': preset } };
  await writeFile(join(project, 'codegen.json'), JSON.stringify(config));
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    skipLibCheck: true,
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  await writeFile(join(project, 'package.json'), '{"type": "module"}');
});
afterAll(async () => {
  await on.live.dispose();
  await on.gateway.close();
  await rm(project, { recursive: true });
});

const bin = (name: string, ...args: string[]) =>
  run(process.execPath, [resolve('node_modules', name), ...args], { cwd: project });

test('the client preset reads the schema of a running gateway, and its types compile', async () => {
  await bin('@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.json');
  expect(await readFile(join(project, 'gql', 'graphql.ts'), 'utf8')).toContain('SignInMutation');
  // The compiler writes what it finds wrong to its output.
  const { stdout } = await bin('typescript/bin/tsc').catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
