import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { UsageError } from '../failures.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { columns } from './entry.js';
import { type AuditFilterOptions, readAuditFilter, withAuditFilter } from './filter.js';

const DEFAULT_LIMIT = '100';

interface ListOptions extends AuditFilterOptions, SignInOptions {
  readonly limit: string;
}

/** `gatehouse audit list` */
export const listCommand = (env: Environment): Command =>
  withAuditFilter(gatewayCommand('list'))
    .summary('list audit entries')
    .description('List audit entries, the latest first.')
    .option('--limit <number>', 'how many to list at most', DEFAULT_LIMIT)
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse audit list --action SESSION_REFUSE --from 2026-11-29 --username alice',
    )
    .action(async (options: ListOptions, command: Command) => {
      const output = Output.of(command);
      const filter = readAuditFilter(options);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new UsageError('--limit must be a whole number above 0.');
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { listAudit } = await import('../gateway/gateway-audit.js');
      await withSignedInClient(env, options, async (client) => {
        for await (const page of listAudit(client, filter, limit)) output.rows(page, columns);
      });
    });
