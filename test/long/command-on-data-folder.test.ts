import { rm } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres/embedded-postgres.js';
import { shareEmbeddedPostgres } from '../../src/database/embedded-postgres/sharing.js';
import { withClient } from '../support/database.js';
import { openFolder } from '../support/server.js';

test('refuses to start while a command runs for more than 30 seconds', async () => {
  const dataDir = await openFolder();
  await (await startEmbeddedPostgres({ dataDir })).stop();
  const command = await shareEmbeddedPostgres({ dataDir });
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    /^A command is running on the data folder .+: start the gateway when it has ended\.$/,
  );
  const { rows } = await withClient(command.url, (client) => client.query('SELECT 1 AS one'));
  expect(rows).toEqual([{ one: 1 }]);
  await command.stop();
  await rm(dataDir, { recursive: true });
});
