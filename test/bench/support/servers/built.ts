/**
 * Imports a compiled module of the gateway, since Node does not run sources with decorators.
 * @param path in `dist/src`. @typeParam T the type of its source.
 */
export const importBuilt = <T>(path: string): Promise<T> =>
  import(new URL(`../../../../dist/src/${path}`, import.meta.url).href);
