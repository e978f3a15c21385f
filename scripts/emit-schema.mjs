// Writes schema/schema.graphql from the built resolvers (`npm run schema`); with --check, only checks that it is current.
import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../dist/src/graphql/schema.js';

const file = new URL('../schema/schema.graphql', import.meta.url);
const sdl = `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
if (!process.argv.includes('--check')) {
  await writeFile(file, sdl);
} else if (sdl !== (await readFile(file, 'utf8'))) {
  process.stderr.write('schema/schema.graphql is not current: run npm run schema and npm run codegen.\n');
  process.exitCode = 1;
}
