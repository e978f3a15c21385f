import { z } from 'zod';
import { type GivenSettings, readListening } from '../config.js';
import { withCleanup } from './clean-up.js';
import { UsageError } from './failures.js';
import { GatewayClient } from './gateway-client.js';
import { type PasswordOptions, readPassword } from './password.js';
import { Release } from './release-schema.js';

export { uploadRelease } from './upload-release.js';

const PAGE = 100;

const Page = z.object({
  releases: z.object({
    edges: z.array(z.object({ node: Release })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** Which gateway, and as whom. */
export interface SignInOptions extends PasswordOptions {
  /** Unless told, the gateway of the settings. */
  readonly url?: string;
  readonly token?: string;
  /** Before a token, where both are given. */
  readonly username?: string;
}

/**
 * Works with a running gateway; a session that was opened for it is ended.
 * @throws UsageError without a way to sign in, StartError for bad settings, GatewayError
 */
export async function withSignedInClient(
  env: GivenSettings,
  options: SignInOptions,
  work: (client: GatewayClient) => Promise<void>,
): Promise<void> {
  const { url = ownUrl(env), token, username } = options;
  const client =
    username === undefined
      ? GatewayClient.withToken(url, token)
      : await GatewayClient.login(url, username, await readPassword(options));
  await withCleanup(
    () => client.logout(),
    () => work(client),
  );
}

/** Where the gateway of these settings is reached from its own machine. */
function ownUrl(env: GivenSettings): string {
  const { HOST, PORTS } = readListening(env);
  const port = PORTS.find((port) => port !== 0);
  if (port === undefined) throw new UsageError('PORTS leaves it open: say with --url where the gateway is.');
  // Who listens on every address is not reached by that name.
  const host = HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** By channel, the newest version first, page by page. @throws GatewayError */
export async function* listReleases(
  client: GatewayClient,
  channel: string | null,
): AsyncGenerator<Release[]> {
  let after: string | null = null;
  do {
    const { releases }: z.output<typeof Page> = await client.execute(
      'Releases',
      { channel, first: PAGE, after },
      Page,
    );
    yield releases.edges.map(({ node }) => node);
    after = releases.pageInfo.hasNextPage ? releases.pageInfo.endCursor : null;
  } while (after !== null);
}

/** @throws GatewayError */
export async function withdrawRelease(client: GatewayClient, id: string, reason: string): Promise<Release> {
  const Answer = z.object({ withdrawRelease: Release });
  return (await client.execute('WithdrawRelease', { id, reason }, Answer)).withdrawRelease;
}
