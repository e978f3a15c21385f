import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type GatewayClient, GatewayError, unreachable } from './gateway-client.js';

const Data = z.record(z.string(), z.object({ download: z.object({ url: z.string() }) }));

/**
 * Saves an export. A file appears under its name once it is whole.
 * @param operation exports a list, such as `ExportUsers`.
 * @param file null for standard output.
 * @throws GatewayError, also if the download is cut off.
 */
export async function saveExport(
  client: GatewayClient,
  operation: string,
  input: object,
  file: string | null,
): Promise<void> {
  const [exported] = Object.values(await client.execute(operation, { input }, Data));
  const response = await fetch(downloadOf(client.endpoint, exported?.download.url ?? '')).catch(
    (error: unknown) => {
      throw unreachable(client.endpoint, error);
    },
  );
  if (!response.ok || !response.body) throw new GatewayError('FAILED', (await response.text()).trim());
  const body = Readable.fromWeb(response.body);
  if (file === null) return pipeline(body, process.stdout, { end: false }).catch(cutOff);
  const part = `${file}.part`;
  try {
    // Only its owner can read the file.
    await pipeline(body, createWriteStream(part, { mode: 0o600 })).catch(cutOff);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** The download at the address of the gateway that the command uses: its public address may lead elsewhere. */
function downloadOf(endpoint: URL, url: string): URL {
  const download = new URL(endpoint);
  download.pathname = endpoint.pathname.replace(/graphql$/, new URL(url).pathname.slice(1));
  return download;
}

function cutOff(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code !== 'UND_ERR_SOCKET') throw error;
  throw new GatewayError('FAILED', 'The gateway cut the export off; what was written is incomplete.');
}
