import { generateKeyPairSync } from 'node:crypto';
import { Command } from 'commander';
import { named, type PrivateJwk } from '../settings/signing-keys.js';
import { Output } from './terminal/output.js';

/** `gatehouse signing-key …` */
export const signingKeyCommand = (): Command =>
  new Command('signing-key')
    .summary('create keys of SIGNING_KEYS')
    .description('Create keys for the setting SIGNING_KEYS.')
    .addCommand(
      new Command('create')
        .summary('print a new private key')
        .description('Print a new private key of the curve P-256, as a JWK.')
        .addHelpText(
          'after',
          '\nExample:\n  $ SIGNING_KEYS="$(gatehouse signing-key create)" gatehouse start',
        )
        .action((_options: object, command: Command) => {
          const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          const key = named(privateKey.export({ format: 'jwk' }) as PrivateJwk);
          Output.of(command).result(key, JSON.stringify(key));
        }),
    );
