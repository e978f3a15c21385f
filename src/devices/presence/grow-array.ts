type NumberArray =
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A copy with room for `length` elements. */
export function growArray<A extends NumberArray>(
  array: A,
  length: number,
  Type: new (length: number) => A,
): A {
  const longer = new Type(length);
  longer.set(array);
  return longer;
}
