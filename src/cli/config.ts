import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { Output } from './output.js';

/** `gatehouse config …` */
export const configCommand = (env: GivenSettings): Command =>
  new Command('config').description('The settings of the gateway.').addCommand(
    new Command('check')
      .summary('say what is wrong with the settings')
      .description(
        'Reads the settings, and names every one that is wrong; then tries what a first start would do with them: read the manifests, make the administrator, write the data folder. Ports and databases are left alone.',
      )
      .addHelpText('after', '\nExample:\n  $ PORTS=80,443 TIME_ZONE=Mars gatehouse config check')
      .action(async (_options: object, command: Command) => {
        const output = Output.of(command);
        const { readConfig } = await import('../config.js');
        const config = readConfig(env);
        const { checkFirstStart } = await import('./check-first-start.js');
        await checkFirstStart(config);
        output.outcome({ ok: true }, 'The settings are right.');
      }),
  );
