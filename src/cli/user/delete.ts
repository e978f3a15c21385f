import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { nodeId } from '../../database/node-id.js';
import { UsageError } from '../failures.js';
import { Output } from '../terminal/output.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';

/** `gatehouse user delete` */
export const deleteCommand = (env: Environment): Command =>
  new Command('delete')
    .summary('delete an account')
    .description(
      'Delete an account with its sessions, and its devices with their history. It cannot be undone. Releases stay, and ' +
        'so does the audit log, without the person.',
    )
    .argument('<user>', USER_ARGUMENT)
    .option('--yes', 'confirm')
    .addHelpText('after', '\nExample:\n  $ gatehouse user delete alice --yes')
    .action(async (name: string, { yes }: { yes?: boolean }, command: Command) => {
      if (!yes) throw new UsageError('Deleting an account cannot be undone: confirm with --yes.');
      const output = Output.of(command);
      await withServices(env, async ({ services, actor }) => {
        const { id } = await findUser(services, name);
        await services.administration.delete(id, actor);
        output.result({ deleted: nodeId('user', id) }, `Deleted ${name}.`);
      });
    });
