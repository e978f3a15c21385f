import { z } from 'zod';
import type { GatewayClient } from './gateway-client.js';
import { Release } from './release-schema.js';

export { uploadRelease } from './upload-release.js';

const PAGE_SIZE = 100;

const Page = z.object({
  releases: z.object({
    edges: z.array(z.object({ node: Release })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** Yields pages of releases by channel, the newest version first. @throws GatewayError */
export async function* listReleases(
  client: GatewayClient,
  channel: string | null,
): AsyncGenerator<Release[]> {
  let after: string | null = null;
  do {
    const { releases }: z.output<typeof Page> = await client.execute(
      'Releases',
      { channel, first: PAGE_SIZE, after },
      Page,
    );
    yield releases.edges.map(({ node }) => node);
    after = releases.pageInfo.hasNextPage ? releases.pageInfo.endCursor : null;
  } while (after !== null);
}

/** @throws GatewayError */
export async function withdrawRelease(client: GatewayClient, id: string, reason: string): Promise<Release> {
  const Data = z.object({ withdrawRelease: z.object({ release: Release }) });
  const { withdrawRelease } = await client.execute('WithdrawRelease', { input: { id, reason } }, Data);
  return withdrawRelease.release;
}
