import { type Command, Option } from 'commander';
import type { Environment } from '../../config.js';
import { Output } from '../terminal/output.js';
import type { GatewayClient } from './gateway-client.js';
import { gatewayCommand } from './gateway-command.js';
import type { SignInOptions } from './signed-in-client.js';

interface ExportOptions extends SignInOptions {
  readonly format: 'csv' | 'json';
}

interface ExportedList<O> {
  /** What is exported, in the plural. */
  readonly list: string;
  /** An operation of `schema/operations`. */
  readonly operation: string;
  readonly example: string;
  withFilterOptions(command: Command): Command;
  /** @throws UsageError */
  readInput(options: O): object;
  /** Narrows the input down with what the gateway has. @throws GatewayError */
  complete?(client: GatewayClient, input: object, options: O): Promise<object>;
}

/** `gatehouse … export`: a whole list as a file. */
export const exportCommand = <O extends object>(
  env: Environment,
  { list, operation, example, withFilterOptions, readInput, complete }: ExportedList<O>,
): Command =>
  withFilterOptions(gatewayCommand('export'))
    .summary(`save ${list} as a file`)
    .description(
      `Save all ${list} that the signed-in user may see, or those that options select, as CSV or as one JSON object per line.`,
    )
    .argument('[file]', 'where to save them; by default, and for -, standard output')
    .addOption(new Option('--format <format>', 'format of the file').choices(['csv', 'json']).default('csv'))
    .addHelpText('after', `\nExample:\n  $ ${example}`)
    .action(async (path: string | undefined, options: ExportOptions & O, command: Command) => {
      const output = Output.of(command);
      const file = path === undefined || path === '-' ? null : path;
      const format = options.format === 'csv' ? 'CSV' : 'JSON_LINES';
      const input = { ...readInput(options), format };
      const { withSignedInClient } = await import('./signed-in-client.js');
      const { saveExport } = await import('./save-export.js');
      await withSignedInClient(env, options, async (client) => {
        const whole = complete ? await complete(client, input, options) : input;
        await saveExport(client, operation, whole, file);
      });
      if (file !== null) output.result({ file, format }, `Saved ${file}.`);
    });
