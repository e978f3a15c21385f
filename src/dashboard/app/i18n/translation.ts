/** The texts of a language with the same keys as another's: a missing or extra key does not compile. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> };
