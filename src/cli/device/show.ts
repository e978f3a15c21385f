import type { Command } from 'commander';
import type { Environment } from '../../config.js';
import { gatewayCommand } from '../gateway/gateway-command.js';
import type { DeviceDetail } from '../gateway/gateway-history.js';
import type { SignInOptions } from '../gateway/signed-in-client.js';
import { Output } from '../terminal/output.js';

type Line = readonly [name: string, value: string];

/** `gatehouse device show` */
export const showCommand = (env: Environment): Command =>
  gatewayCommand('show')
    .summary('show a device with its latest changes')
    .description(
      'Show a device: where its heartbeats come from and how regularly, which versions it reported, and when it came online and went offline.',
    )
    .argument('<id>', 'id of a device, from device list')
    .addHelpText('after', '\nExample:\n  $ gatehouse device show device_28 --username alice')
    .action(async (id: string, options: SignInOptions, command: Command) => {
      const output = Output.of(command);
      const { withSignedInClient } = await import('../gateway/signed-in-client.js');
      const { readDeviceDetail } = await import('../gateway/gateway-history.js');
      await withSignedInClient(env, options, async (client) => {
        const device = await readDeviceDetail(client, id);
        if (output.json) return output.result(device, '');
        output.rows(linesOf(device), { field: ([name]: Line) => name, value: ([, value]: Line) => value });
      });
    });

const linesOf = (device: DeviceDetail): Line[] => [
  ['id', device.id],
  ['name', device.displayName || device.name || device.clientId || ''],
  ['owner', device.user.username ?? device.user.phone ?? ''],
  ['state', device.online ? 'online' : 'offline'],
  ['seen', device.lastSeenAt],
  ['first seen', device.firstSeenAt],
  ['address', device.session?.address ?? ''],
  ['version', device.clientVersion ?? ''],
  ['expected interval', seconds(device.timing?.expectedSeconds)],
  ['observed interval', seconds(device.timing?.observedSeconds)],
  ['jitter', seconds(device.timing?.jitterSeconds)],
  ...device.versionChanges.edges.map(({ node }): Line => [node.at, `version ${node.version ?? 'none'}`]),
  ...device.history.edges.map(
    ({ node: { at, online, reason } }): Line => [at, online ? 'online' : `offline (${reason ?? 'unknown'})`],
  ),
];

const seconds = (number: number | null | undefined): string => (number == null ? '' : `${number} s`);
