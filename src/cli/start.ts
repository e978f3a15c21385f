import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import type { Outlet } from '../serve.js';
import { failureOf } from './failures.js';
import { Output } from './output.js';

/** `gatehouse start` */
export const startCommand = (env: GivenSettings): Command =>
  new Command('start')
    .summary('run the gateway, as npm start does')
    .description('Runs the gateway until it is told to stop (Ctrl-C), as npm start does.')
    .action(async (_options: object, command: Command) => {
      const output = Output.of(command);
      const { inWords, serve } = await import('../serve.js');
      await serve(env, output.json ? inJson(output) : inWords);
    });

const inJson = (output: Output): Outlet => ({
  tell: (line) => output.outcome({ message: line }, line),
  fail(error) {
    const failure = failureOf(error);
    output.failure(failure);
    process.exit(failure.exitCode);
  },
});
