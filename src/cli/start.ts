import { Command } from 'commander';
import type { Environment } from '../config.js';
import type { Reporter } from '../serve.js';
import { failureOf } from './failures.js';
import { Output } from './terminal/output.js';

/** `gatehouse start` */
export const startCommand = (env: Environment): Command =>
  new Command('start')
    .summary('run the gateway')
    .description('Run the gateway until it is stopped (Ctrl-C), like npm start does.')
    .action(async (_options: object, command: Command) => {
      const output = Output.of(command);
      const { serve, textReporter } = await import('../serve.js');
      await serve(env, output.json ? jsonReporter(output) : textReporter);
    });

const jsonReporter = (output: Output): Reporter => ({
  info: (line) => output.result({ message: line }, line),
  fatal(error) {
    const failure = failureOf(error);
    output.failure(failure);
    process.exit(failure.exitCode);
  },
});
