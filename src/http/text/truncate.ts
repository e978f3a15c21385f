/** The beginning of a text, in UTF-16 code units. A surrogate pair at the limit is left out whole. */
export const truncate = (text: string, maxLength: number): string =>
  text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
