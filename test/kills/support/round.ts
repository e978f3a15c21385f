import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { pick } from '../../nodes/support/scenarios.js';
import { randomFrom } from '../../support/random.js';
import { Backup } from './backup.js';
import { Clients } from './clients.js';
import { Import } from './import.js';
import { type Installation, type TargetName, targets } from './installation.js';
import { answerCodesAgain, redeemAgain, violationsOf } from './invariants.js';

/** Clients act for up to this time. */
const WORK_MS = 400;
/** Longer than a command takes to start. */
const COMMAND_MS = 1500;
/** One round of so many imports accounts, too, and another one makes a backup. */
const COMMAND_EVERY = 8;

/** The target that a seed draws. */
export function drawTarget(seed: number): TargetName {
  return pick(Object.keys(targets) as TargetName[], randomFrom(seed));
}

/**
 * Ends processes of the installation while clients act, and starts it again.
 * @param seed draws when.
 * @returns what is wrong then.
 */
export async function violationsAfter(
  installation: Installation,
  target: TargetName,
  seed: number,
): Promise<string[]> {
  const random = randomFrom(seed);
  const clients = new Clients(installation.host, await installation.token());
  const command = await startCommand(installation, seed);
  // On a busy machine, little would happen before the end otherwise.
  await clients.begun;
  await setTimeout(random() * (command ? COMMAND_MS : WORK_MS));
  if (random() < 0.5) command?.kill();
  const { code, errors } = await installation.end(target, random);
  await clients.stop();
  if (targets[target].signal === 'SIGTERM') expect(code).toBe(0);
  // A gateway that ends because its database has ended says so in one sentence.
  expect(errors).toMatch(code === 1 ? /^[A-Z][^\n]+\.$/ : /^$/);
  await installation.agePackages();
  await installation.start();
  return [
    ...((await command?.violations()) ?? []),
    ...(await redeemAgain(installation.host, clients.acts)),
    ...(await answerCodesAgain(installation.host, clients.acts)),
    ...(await violationsOf(installation, clients.acts)),
  ];
}

/** The command that runs beside the clients in the round of a seed; null in most of them. */
async function startCommand(installation: Installation, seed: number): Promise<Import | Backup | null> {
  const turn = seed % COMMAND_EVERY;
  if (turn === 0) return Import.start(installation, `import-${seed}`);
  return turn === COMMAND_EVERY / 2 ? new Backup(installation, `backup-${seed}`) : null;
}
