import { Command, Option } from 'commander';
import { passwordStdinOption } from '../terminal/password.js';

/** A command that connects to a running gateway, with the options of `SignInOptions`. */
export const gatewayCommand = (name: string): Command =>
  new Command(name)
    .addOption(
      new Option('--url <url>', 'URL of the gateway; by default from HOST and PORTS').env('GATEHOUSE_URL'),
    )
    .addOption(new Option('--token <token>', 'access token of any API').env('GATEHOUSE_TOKEN'))
    .option('--username <name>', 'sign in with a username or phone; prompts for the password')
    .option(...passwordStdinOption)
    .option(
      '--code <code>',
      'code of the authenticator app, or a recovery code, if the account has a second factor; prompts by default',
    );
