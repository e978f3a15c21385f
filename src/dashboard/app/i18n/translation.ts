/** The texts of one language, with exactly the keys of another: a missing one does not compile. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> };
