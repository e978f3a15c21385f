import { Command } from 'commander';
import type { Environment } from '../config.js';
import { Output } from './terminal/output.js';
import { withServices } from './with-services.js';

/** The rate limits count the command line as this client. */
const client = { address: '127.0.0.1', deviceId: null, version: null, model: null };

/** `gatehouse sms …` */
export const smsCommand = (env: Environment): Command =>
  new Command('sms')
    .summary('test the SMS provider')
    .description('Test the SMS provider.')
    .addCommand(
      new Command('test')
        .summary('send a code by SMS')
        .description(
          'Send a code like a login does: with the rate limits, SMS_COUNTRIES and the provider of SMS_PROVIDER.',
        )
        .argument('<phone>', 'such as 13954969056 or +85291234567')
        .addHelpText('after', '\nExample:\n  $ SMS_PROVIDER=webhook gatehouse sms test 13954969056')
        .action(async (phone: string, _options: object, command: Command) => {
          const output = Output.of(command);
          await withServices(env, async ({ services: { smsCodes, config } }) => {
            const { requestId, bizId } = await smsCodes.send(phone, null, client);
            const { provider } = config.SMS;
            output.result(
              { provider, requestId, bizId },
              `${provider} accepted the message with the request id ${requestId}.`,
            );
          });
        }),
    );
