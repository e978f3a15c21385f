import { Command } from 'commander';
import type { Environment } from '../../config.js';
import { actionsCommand, resumeCommand, stopCommand } from './actions.js';
import { channelCommand } from './channel.js';
import { claimCommand, credentialsCommand } from './credentials.js';
import { groupCommand } from './groups.js';
import { listCommand } from './list.js';
import { deleteCommand, retireCommand } from './removal.js';
import { showCommand } from './show.js';
import { tagCommand } from './tag.js';

/** `gatehouse device …` */
export const deviceCommand = (env: Environment): Command =>
  new Command('device')
    .summary('manage devices of a running gateway')
    .description('Manage the devices of a running gateway, with the permissions of the signed-in user.')
    .addCommand(listCommand(env))
    .addCommand(showCommand(env))
    .addCommand(groupCommand(env))
    .addCommand(tagCommand(env))
    .addCommand(channelCommand(env))
    .addCommand(retireCommand(env))
    .addCommand(deleteCommand(env))
    .addCommand(actionsCommand(env))
    .addCommand(stopCommand(env))
    .addCommand(resumeCommand(env))
    .addCommand(credentialsCommand(env))
    .addCommand(claimCommand(env));
