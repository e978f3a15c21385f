import { Command } from 'commander';
import type { Config, Environment } from '../../config.js';
import { listenedUrl } from '../../http/public-url.js';
import { Output } from '../terminal/output.js';
import { passwordStdinOption, readPassword } from '../terminal/password.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';

/** `gatehouse user reset-password` */
export const resetPasswordCommand = (env: Environment): Command =>
  new Command('reset-password')
    .summary('let a user set a new password')
    .description(
      'Print a link with which the user sets a new password, once and within 24 hours. An earlier link ends. ' +
        'With --password-stdin, set the password instead. Either way, a new password ends all sessions of the user.',
    )
    .argument('<user>', USER_ARGUMENT)
    .option(...passwordStdinOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ gatehouse user reset-password alice\n  $ pass show alice | gatehouse user reset-password alice --password-stdin',
    )
    .action(async (name: string, options: { passwordStdin?: boolean }, command: Command) => {
      const output = Output.of(command);
      const password = options.passwordStdin ? await readPassword(options) : null;
      await withServices(env, async ({ services, actor }) => {
        const { config, passwordResets, resetLinks } = services;
        const user = await findUser(services, name);
        if (password !== null) {
          await passwordResets.resetByOperator(user, password, actor);
          output.result({ reset: true }, `${name} has a new password.`);
          return;
        }
        const { path, expiresAt } = await resetLinks.create(user.id, actor);
        const url = gatewayUrl(config) + path;
        output.result({ url, expiresAt: expiresAt.toISOString() }, url);
      });
    });

/** Where browsers reach the gateway. A port that a start picks is not known here. */
const gatewayUrl = ({ PUBLIC_URL, HOST, PORTS }: Config): string =>
  PUBLIC_URL ?? listenedUrl(HOST, PORTS[0] || 8080);
