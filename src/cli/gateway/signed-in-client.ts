import { type Environment, readListenAddress } from '../../config.js';
import { withCleanup } from '../clean-up.js';
import { UsageError } from '../failures.js';
import { askSecretly, type PasswordOptions, readPassword } from '../terminal/password.js';
import { GatewayClient } from './gateway-client.js';

/** The gateway of a command, and how to sign in. */
export interface SignInOptions extends PasswordOptions {
  /** By default the gateway of the settings. */
  readonly url?: string;
  readonly token?: string;
  /** Takes precedence over a token. */
  readonly username?: string;
  /** A code of the authenticator app, or a recovery code; asked for in the terminal by default. */
  readonly code?: string;
}

/**
 * Runs `work` with a client of a running gateway. A session opened for it is ended afterwards.
 * @throws UsageError without a way to sign in, StartError for invalid settings, GatewayError
 */
export async function withSignedInClient(
  env: Environment,
  options: SignInOptions,
  work: (client: GatewayClient) => Promise<void>,
): Promise<void> {
  const { url = urlOfSettings(env), token, username } = options;
  const client =
    username === undefined
      ? GatewayClient.withToken(url, token)
      : await GatewayClient.login(url, username, await readPassword(options), () => readCode(options));
  await withCleanup(
    () => client.logout(),
    () => work(client),
  );
}

/** @throws UsageError if there is no terminal */
async function readCode({ code }: SignInOptions): Promise<string> {
  if (code !== undefined) return code;
  if (process.stdin.isTTY) return askSecretly('Code of the authenticator app, or recovery code: ');
  throw new UsageError(
    'The account has a second factor, and there is no terminal to ask for it; use --code.',
  );
}

/** The URL of the gateway of these settings, from its own machine. */
function urlOfSettings(env: Environment): string {
  const { HOST, PORTS } = readListenAddress(env);
  const port = PORTS.find((port) => port !== 0);
  if (port === undefined) throw new UsageError('PORTS names no fixed port; use --url.');
  // A wildcard address is for listening only; its loopback address is for connecting.
  const host = HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
