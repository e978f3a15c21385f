import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';
import { columns } from './entry.js';
import { type AuditFilterOptions, readAuditFilter, withAuditFilter } from './filter.js';

/** `gatehouse audit tail` */
export const tailCommand = (env: Environment): Command =>
  withAuditFilter(gatewayCommand('tail'))
    .summary('follow the audit log')
    .description(
      'Print audit entries as they are recorded, until interrupted. After a lost connection, it continues with the entries in between.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ gatehouse audit tail --action SESSION_REFUSE --json --username alice',
    )
    .action(async (options: AuditFilterOptions & SignInOptions, command: Command) => {
      const output = Output.of(command);
      const filter = readAuditFilter(options);
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { followAudit } = await import('../gateway/gateway-audit.js');
      await withSignedInClient(env, options, (client) =>
        followAudit(client, filter, {
          onEntries: (entries) => output.rows(entries, columns),
          onDisconnect: () => output.notice('The connection was lost; reconnecting.'),
        }),
      );
    });
