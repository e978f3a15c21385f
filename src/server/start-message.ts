import type { SetupLink } from '../administration/setup-link.js';
import type { Config } from '../config.js';
import { listenedUrl } from '../http/public-url.js';

/**
 * The line that a start ends with: every URL, and the set-up link where one is needed.
 * @param metricsPort null where they have no port of their own.
 * @param setupLink null once there is an administrator.
 */
export async function startMessage(
  { HOST, PUBLIC_URL }: Config,
  ports: readonly number[],
  metricsPort: number | null,
  setupLink: SetupLink | null,
): Promise<string> {
  const urls = ports.map((port) => listenedUrl(HOST, port));
  const publicUrl = PUBLIC_URL ?? urls[0] ?? '';
  const metrics = metricsPort === null ? '' : `; metrics at ${listenedUrl(HOST, metricsPort)}/metrics`;
  const ready = `Gatehouse is ready: ${urls.join(' and ')}; GraphQL at ${publicUrl}/graphql (HTTP and WebSocket)${metrics}`;
  if (setupLink === null) return `${ready}.`;
  return `${ready}; create the first administrator at ${await setupLink.url(publicUrl)}`;
}
