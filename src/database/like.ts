const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Selects texts that have this one in them, in whatever case. */
export const containing = (text: string) => ({ $ilike: `%${escaped(text)}%` });

/** Selects texts that begin with this one. */
export const beginningWith = (text: string) => ({ $like: `${escaped(text)}%` });
