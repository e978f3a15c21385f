import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { exportCommand } from '../gateway/export-command.js';
import { readAuditFilter, withAuditFilter } from './filter.js';
import { listCommand } from './list.js';
import { tailCommand } from './tail.js';

/** `gatehouse audit …` */
export const auditCommand = (env: Environment): Command =>
  new Command('audit')
    .summary('read the audit log of a running gateway')
    .description('Read the audit log of a running gateway, with the permissions of the signed-in user.')
    .addCommand(listCommand(env))
    .addCommand(tailCommand(env))
    .addCommand(
      exportCommand(env, {
        list: 'audit entries',
        operation: 'ExportAuditLog',
        example: 'gatehouse audit export --from 2026-11-01 --to 2026-11-30 november.csv --username alice',
        withFilterOptions: withAuditFilter,
        readInput: (options) => ({ filter: readAuditFilter(options) }),
      }),
    );
