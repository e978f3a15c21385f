import { type Command, Option } from 'commander';
import type { Environment } from '../config.js';
import { gatewayCommand } from './gateway/gateway-command.js';
import type { HistoryPoint } from './gateway/gateway-history.js';
import type { SignInOptions } from './gateway/signed-in-client.js';
import { Output } from './terminal/output.js';

const ranges = { hour: 'HOUR', day: 'DAY', month: 'MONTH' } as const;

const columns = {
  at: ({ at }: HistoryPoint) => at,
  heartbeats: ({ heartbeats }: HistoryPoint) => String(heartbeats),
  'online min': ({ onlineMin }: HistoryPoint) => String(onlineMin),
  avg: ({ onlineAvg }: HistoryPoint) => onlineAvg.toFixed(1),
  max: ({ onlineMax }: HistoryPoint) => String(onlineMax),
  devices: ({ devices }: HistoryPoint) => String(devices),
};

/** `gatehouse history` */
export const historyCommand = (env: Environment): Command =>
  gatewayCommand('history')
    .summary('show heartbeats and online devices over time')
    .description(
      'Show how many heartbeats a running gateway received and how many devices were online: in the last hour by minute, in a day by five minutes, or in a month by hour.',
    )
    .addOption(new Option('--range <range>', 'how far back').choices(Object.keys(ranges)).default('hour'))
    .addHelpText('after', '\nExample:\n  $ gatehouse history --range day --json --username alice')
    .action(
      async ({ range, ...options }: SignInOptions & { range: keyof typeof ranges }, command: Command) => {
        const output = Output.of(command);
        const { withSignedInClient } = await import('./gateway/signed-in-client.js');
        const { readFleetHistory } = await import('./gateway/gateway-history.js');
        await withSignedInClient(env, options, async (client) => {
          output.rows(await readFleetHistory(client, ranges[range]), columns);
        });
      },
    );
