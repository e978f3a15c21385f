import { rm } from 'node:fs/promises';

export default async function teardown() {
  await globalThis.gatehousePostgres.stop();
  await rm(globalThis.gatehouseTestDataDir, { recursive: true, force: true });
}
