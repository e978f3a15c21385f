import { Command } from 'commander';
import type { Environment } from '../config.js';
import { Output } from './terminal/output.js';
import { withDatabase } from './with-services.js';

/** `gatehouse migrate` */
export const migrateCommand = (env: Environment): Command =>
  new Command('migrate')
    .summary('apply pending migrations')
    .description(
      'Apply pending migrations to the database, like every start does. An older gateway that is running on it keeps working.',
    )
    .action(async (_options: object, command: Command) => {
      const output = Output.of(command);
      const { migrate } = await import('../entities.js');
      const applied = await withDatabase(env, ({ db }) => migrate(db));
      output.result(
        { applied },
        applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
      );
    });
