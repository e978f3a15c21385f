import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { UsageError } from '../failures.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { openInputFile } from '../input-file.js';
import { Output } from '../terminal/output.js';

/** Imported by the command when it runs, so that `--help` does not load the client. */
const importClient = async () => ({
  ...(await import('../gateway/signed-in-client.js')),
  ...(await import('../gateway/device-credentials.js')),
});

interface CredentialsOptions extends SignInOptions {
  readonly owner?: string;
  readonly file?: string;
}

/** `gatehouse device credentials` */
export const credentialsCommand = (env: Environment): Command =>
  gatewayCommand('credentials')
    .summary('issue credentials of devices')
    .description(
      'Issue credentials of devices by the ids that they give themselves, and print them, once. Each acts as the owner, ' +
        'for its device only. The credential that such a device had is revoked. `session revoke` revokes one.',
    )
    .argument('[device...]', 'ids that devices give themselves')
    .option('--owner <user>', 'whose devices they are, such as user_64; by default yours')
    .option('--file <file>', 'a file with one id a line')
    .addHelpText('after', '\nExample:\n  $ gatehouse device credentials serial-1 serial-2 --username alice')
    .action(async (named: string[], options: CredentialsOptions, command: Command) => {
      const output = Output.of(command);
      const { file, owner } = options;
      const deviceIds = [...named, ...(file === undefined ? [] : await readLines(file))];
      if (deviceIds.length === 0) throw new UsageError('Name at least one device.');
      const { withSignedInClient, issueCredentials } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const rows = await issueCredentials(client, deviceIds, owner ?? null);
        output.rows(rows, { device: ({ clientId }) => clientId, credential: ({ token }) => token });
      });
    });

interface ClaimOptions extends SignInOptions {
  readonly yes?: boolean;
}

/** `gatehouse device claim` */
export const claimCommand = (env: Environment): Command =>
  gatewayCommand('claim')
    .summary('claim the device that shows a code')
    .description(
      'Print which device shows a code, and with --yes give it a credential of your account. Compare the id and the ' +
        'address with the device first.',
    )
    .argument('<code>', 'the code that the device shows')
    .option('--yes', 'claim the device')
    .addHelpText('after', '\nExample:\n  $ gatehouse device claim 7KQF-2M9T --username alice --yes')
    .action(async (code: string, options: ClaimOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient, readClaim, claimDevice } = await importClient();
      await withSignedInClient(env, options, async (client) => {
        const device = await readClaim(client, code);
        if (options.yes) {
          await claimDevice(client, code);
          output.result(device, `Claimed ${device.clientId}.`);
          return;
        }
        output.rows([device], {
          device: ({ clientId }) => clientId,
          name: ({ name }) => name ?? '',
          address: ({ address }) => address,
          asked: ({ requestedAt }) => requestedAt,
        });
        const replaced = device.replacesCredential
          ? ' The credential that you have for this id is revoked then.'
          : '';
        throw new UsageError(`Is this your device? Claim it with --yes.${replaced}`);
      });
    });

async function readLines(file: string): Promise<string[]> {
  const { stream } = await openInputFile(file);
  const lines = (await text(stream)).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '');
}
