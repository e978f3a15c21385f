const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Selects texts that start with this one. */
export const beginningWith = (text: string) => ({ $like: `${escaped(text)}%` });
