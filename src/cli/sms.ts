import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { Output } from './output.js';
import { withServices } from './with-services.js';

/** From where the code is asked for, as the limits count it. */
const HERE = { address: '127.0.0.1', deviceId: null, version: null, model: null };

/** `gatehouse sms …` */
export const smsCommand = (env: GivenSettings): Command =>
  new Command('sms').description('Codes by SMS.').addCommand(
    new Command('test')
      .summary('send a code to a phone')
      .description(
        'Sends a code the whole way that a login would: the limits, SMS_COUNTRIES, and the provider of SMS_PROVIDER.',
      )
      .argument('<phone>', 'such as 13954969056 or +85291234567')
      .addHelpText('after', '\nExample:\n  $ SMS_PROVIDER=webhook gatehouse sms test 13954969056')
      .action(async (phone: string, _options: object, command: Command) => {
        const output = Output.of(command);
        await withServices(env, async ({ services: { smsCodes, config } }) => {
          const { requestId, bizId } = await smsCodes.send(phone, null, HERE);
          const { provider } = config.SMS;
          output.outcome(
            { provider, requestId, bizId },
            `${provider} took the message, as request ${requestId}.`,
          );
        });
      }),
  );
