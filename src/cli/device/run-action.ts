import { type GatewayClient, GatewayError } from '../gateway/gateway-client.js';
import {
  countDevices,
  type DeviceAction,
  followAction,
  type NewDeviceAction,
  startAction,
} from '../gateway/gateway-device-actions.js';
import { withinGroup } from '../gateway/gateway-device-groups.js';
import { confirm } from '../terminal/confirm.js';
import type { Output } from '../terminal/output.js';
import { startProgress } from '../terminal/progress.js';
import type { DeviceSelection } from './selection.js';

const counted = (devices: number): string =>
  `${devices.toLocaleString('en')} ${devices === 1 ? 'device' : 'devices'}`;

/** What an action does, as a question and as a statement. */
const sentences: Record<DeviceAction['kind'], (devices: string, value: string) => readonly [string, string]> =
  {
    TAG: (devices, tag) => [`Add the tag ${tag} to ${devices}?`, `Added the tag ${tag} to ${devices}`],
    UNTAG: (devices, tag) => [
      `Remove the tag ${tag} from ${devices}?`,
      `Removed the tag ${tag} from ${devices}`,
    ],
    SET_CHANNEL: (devices, to) => [
      `Move ${devices} to the channel ${to}?`,
      `Moved ${devices} to the channel ${to}`,
    ],
    RETIRE: (devices) => [`Retire ${devices}?`, `Retired ${devices}`],
    DELETE: (devices) => [`Delete ${devices} with their history, for good?`, `Deleted ${devices}`],
  };

/** What to do with which devices. */
export interface ActionOnSelection extends Omit<NewDeviceAction, 'filter'> {
  readonly selection: DeviceSelection;
}

/** Counts the devices, asks, starts the action and follows it. @throws UsageError, GatewayError */
export async function runAction(
  client: GatewayClient,
  { kind, value, selection }: ActionOnSelection,
  { output, yes }: { readonly output: Output; readonly yes: boolean },
): Promise<void> {
  const filter = await withinGroup(client, selection.group, selection.filter);
  const action = { kind, value, filter };
  const total = await countDevices(client, filter);
  if (total === 0) return output.result({ total, changed: 0 }, 'No devices are selected.');
  const [question] = sentences[action.kind](counted(total), action.value ?? '');
  await confirm(question, yes);
  await follow(client, await startAction(client, action), output);
}

/** Shows how far an action has come, and prints what it has done. @throws GatewayError unless it is completed. */
export async function follow(client: GatewayClient, started: DeviceAction, output: Output): Promise<void> {
  let action = started;
  const progress = startProgress(action.id, action.total, counted);
  try {
    if (!output.json) progress.log(`${action.id} continues on the gateway if this command ends.`);
    for await (action of followAction(client, action.id)) progress.update(action.done);
  } finally {
    progress.stop();
  }
  const done = summaryOf(action);
  if (action.state === 'COMPLETED') return output.result(action, `${done}.`);
  const end =
    action.state === 'STOPPED' ? 'and was stopped' : `and failed: ${action.failure?.replace(/\.$/, '')}`;
  throw new GatewayError('FAILED', `${done}, ${end}. Continue with: gatehouse device resume ${action.id}`);
}

/** What an action has done so far, without a full stop. */
export function summaryOf({ kind, value, changed, skipped, total, state }: DeviceAction): string {
  const [, done] = sentences[kind](counted(changed), value ?? '');
  const rest = skipped > 0 ? `, skipped ${skipped.toLocaleString('en')}` : '';
  return state === 'COMPLETED' ? done + rest : `${done} of ${total.toLocaleString('en')}${rest}`;
}
