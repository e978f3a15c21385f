import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { Output } from './output.js';

/** `gatehouse config …` */
export const configCommand = (env: GivenSettings): Command =>
  new Command('config').description('The settings of the gateway.').addCommand(
    new Command('check')
      .summary('say what is wrong with the settings')
      .description('Reads the settings as a start would, and names every one that is wrong.')
      .addHelpText('after', '\nExample:\n  $ PORTS=80,443 TIME_ZONE=Mars gatehouse config check')
      .action(async (_options: object, command: Command) => {
        const output = Output.of(command);
        const { readConfig } = await import('../config.js');
        readConfig(env);
        output.outcome({ ok: true }, 'The settings are right.');
      }),
  );
