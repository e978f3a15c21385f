const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Selects texts that contain this one, ignoring case as the database's locale does. */
export const containing = (text: string) => ({ $ilike: `%${escaped(text)}%` });

/** Selects texts that start with this one. */
export const beginningWith = (text: string) => ({ $like: `${escaped(text)}%` });
