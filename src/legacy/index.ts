import { bms } from './bms/routes.js';
import { consoleDialect } from './console/routes.js';
import type { Dialect } from './dialect.js';
import { teacher } from './teacher/routes.js';
import { uims } from './uims/routes.js';
import { upgrade } from './upgrade/routes.js';

/** Every documented legacy API. A new one needs a folder and an entry here. */
export const dialects: readonly Dialect[] = [uims, consoleDialect, bms, upgrade, teacher];
