import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { Output } from '../terminal/output.js';
import { withServices } from '../with-services.js';
import { findUser, USER_ARGUMENT } from './find-user.js';

interface FactorRow {
  readonly factor: 'TOTP' | 'PASSKEY' | 'RECOVERY_CODES';
  readonly name: string | null;
  /** ISO 8601, as is the next one. */
  readonly addedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** `gatehouse user factors` */
export const factorsCommand = (env: Environment): Command =>
  new Command('factors')
    .summary('list the second factors of a user')
    .description('List the second factors of a user: the authenticator app, passkeys and recovery codes.')
    .argument('<user>', USER_ARGUMENT)
    .addHelpText('after', '\nExample:\n  $ gatehouse user factors alice')
    .action(async (name: string, _options: object, command: Command) => {
      const output = Output.of(command);
      await withServices(env, async ({ services }) => {
        const { id } = await findUser(services, name);
        const factors = (await services.secondFactors.listByUser([id])).get(id);
        const passkeys = await services.passkeys.listByUser([id], ['name', 'createdAt', 'lastUsedAt']);
        const app = factors?.authenticator;
        const left = factors?.recoveryCodesLeft ?? 0;
        const rows: FactorRow[] = [
          ...(app ? [rowOf('TOTP', null, app.addedAt, app.lastUsedAt)] : []),
          ...(passkeys.get(id) ?? []).map((passkey) =>
            rowOf('PASSKEY', passkey.name, passkey.createdAt, passkey.lastUsedAt),
          ),
          ...(left > 0 ? [rowOf('RECOVERY_CODES', `${left} left`, null, null)] : []),
        ];
        output.rows(rows, {
          factor: ({ factor }) => factor,
          name: (row) => row.name ?? '–',
          added: ({ addedAt }) => addedAt ?? '–',
          'last used': ({ lastUsedAt }) => lastUsedAt ?? '–',
        });
      });
    });

const rowOf = (
  factor: FactorRow['factor'],
  name: string | null,
  addedAt: Date | null,
  lastUsedAt: Date | null,
): FactorRow => ({
  factor,
  name,
  addedAt: addedAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
