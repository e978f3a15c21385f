import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** The version of the gateway, as `package.json` has it. */
export const gatewayVersion = (): string =>
  String(JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8')).version);
