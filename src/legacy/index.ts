import { bms } from './bms/routes.js';
import { consoleDialect } from './console/routes.js';
import type { Dialect } from './dialect.js';
import { teacher } from './teacher/routes.js';
import { uims } from './uims/routes.js';
import { upgrade } from './upgrade/routes.js';

/** Every documented legacy API. A new one needs a folder and an entry here. */
export const dialects: readonly Dialect[] = [uims, consoleDialect, bms, upgrade, teacher];

/** @param path decoded, without a trailing slash. @returns the API that answers there. */
export const dialectAt = (path: string): Dialect | undefined =>
  dialects.find(({ routes, uploads }) => documentedPaths({ ...routes, ...uploads }).includes(path)) ??
  dialects.find(({ catchAllPrefix }) => catchAllPrefix && `${path}/`.startsWith(`${catchAllPrefix}/`));

const documentedPaths = (routes: object) => Object.keys(routes).map((path) => path.replace(/\/$/, ''));
