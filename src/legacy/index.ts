import type { Dialect } from './dialect.js';
import { uims } from './uims/routes.js';

/** Every documented legacy API. A new one is a folder beside these and a line here. */
export const dialects: readonly Dialect[] = [uims];
