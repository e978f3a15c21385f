/**
 * A process that owns an embedded database and that a test kills. It prints a line once its pid is in the table `owned`.
 * Arguments: the source file of the adapter, the data folder.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

// The sources import each other by the names of the compiled files.
registerHooks({
  resolve: (specifier, context, next) =>
    next(
      context.parentURL?.endsWith('.ts') && specifier.startsWith('.')
        ? specifier.replace(/\.js$/, '.ts')
        : specifier,
      context,
    ),
});

const [source, dataDir] = process.argv.slice(2);
const { startEmbeddedPostgres } = await import(pathToFileURL(source).href);
const { url } = await startEmbeddedPostgres({ dataDir });
const client = new pg.Client(url);
await client.connect();
await client.query(`CREATE TABLE owned AS SELECT ${process.pid} AS owner`);
process.stdout.write('ready\n');
