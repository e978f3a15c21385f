// Writes docs/settings.md from src/settings/settings.ts (`npm run docs`); with --check, only checks that it is current.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { settingGroups } from '../dist/src/settings/settings.js';

const file = new URL('../docs/settings.md', import.meta.url);
const page = `<!-- Generated from src/settings/settings.ts by npm run docs. -->

# Settings

All settings are environment variables. A start with invalid settings fails with one message that names all of them, and
\`npx gatehouse config check\` reports them without a start. An empty variable counts as unset. A value is UTF-8 without
quotes around it, and neither begins nor ends with a space, a line end or another invisible character.

A duration is a number with a unit: \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`. A size is a number of bytes, or a number with
\`KiB\`, \`MiB\` or \`GiB\`. Limits for one address count an IPv6 network of 64 bits as one address.
${Object.entries(settingGroups).map(section).join('')}`;

if (!process.argv.includes('--check')) {
  await writeFile(file, page);
} else if (page !== (await readFile(file, 'utf8').catch(() => ''))) {
  process.stderr.write('docs/settings.md is not current: run npm run docs.\n');
  process.exitCode = 1;
}

function section([title, settings]) {
  const { properties } = z.toJSONSchema(z.object(settings), { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(row);
  return `\n## ${title}\n\n| setting | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function row([name, { default: value, unset = 'unset', description }]) {
  return `| \`${name}\` | ${value ? `\`${value}\`` : unset} | ${description} |`;
}
