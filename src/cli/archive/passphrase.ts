import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Environment } from '../../config.js';
import { UsageError } from '../failures.js';

const VARIABLE = 'GATEHOUSE_BACKUP_PASSPHRASE';

export interface PassphraseOptions {
  readonly passphraseFile?: string;
}

/** A passphrase is never an argument: every user of the machine can read the arguments of a process. */
export const passphraseOption = () =>
  new Option('--passphrase-file <file>', `file with the passphrase; ${VARIABLE} by default`);

/**
 * Reads the passphrase from the file of the option, or from the environment. Null without one.
 * @throws UsageError if the file cannot be read, or if the passphrase is empty.
 */
export async function readPassphrase(
  { passphraseFile }: PassphraseOptions,
  env: Environment,
): Promise<string | null> {
  if (passphraseFile === undefined) return env[VARIABLE] || null;
  const text = await readFile(passphraseFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The file ${passphraseFile} cannot be read (${error.code ?? error.message}).`);
  });
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '') throw new UsageError(`The file ${passphraseFile} has no passphrase.`);
  return passphrase;
}
