import { Command } from 'commander';
import type { Environment } from '../config.js';
import { Output } from './terminal/output.js';

/** `gatehouse config …` */
export const configCommand = (env: Environment): Command =>
  new Command('config')
    .summary('validate the settings')
    .description('Validate the settings of the gateway.')
    .addCommand(
      new Command('check')
        .summary('validate the settings')
        .description(
          'Validate the settings and name every invalid one. Also check what a first start needs: the manifests, the first administrator and the data folder. Ports, databases and buckets are not checked.',
        )
        .addHelpText('after', '\nExample:\n  $ PORTS=80,443 TIME_ZONE=Mars gatehouse config check')
        .action(async (_options: object, command: Command) => {
          const output = Output.of(command);
          const { readConfig } = await import('../config.js');
          const config = readConfig(env);
          const { checkFirstStart } = await import('./check-first-start.js');
          await checkFirstStart(config);
          output.result({ ok: true }, 'The settings are valid.');
        }),
    );
