import { Command } from 'commander';
import type { GivenSettings } from '../config.js';
import { Output } from './output.js';
import { withDatabase } from './with-services.js';

/** `gatehouse migrate` */
export const migrateCommand = (env: GivenSettings): Command =>
  new Command('migrate')
    .summary('bring the database up to date')
    .description(
      'Brings the schema of the database up to date, as every start does; one that runs an older gateway stays usable for it.',
    )
    .action(async (_options: object, command: Command) => {
      const output = Output.of(command);
      const { migrate } = await import('../entities.js');
      const applied = await withDatabase(env, ({ db }) => migrate(db));
      output.outcome(
        { applied },
        applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`,
      );
    });
