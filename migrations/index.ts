import { Identity20261121 } from './20261121-identity.js';

/** All migrations, oldest first. A new one is added at the end; a released one never changes. */
export const migrations = [Identity20261121];
