/**
 * Reviver for `JSON.parse` that refuses messages only a server may send: graphql-ws would take them for a fault of
 * the server. A reviver also makes `JSON.parse` refuse nesting deeper than the stack.
 */
export function refuseServerMessages(key: string, value: unknown): unknown {
  const isMessage = key === '' && typeof value === 'object' && value !== null && 'type' in value;
  if (isMessage && (value.type === 'connection_ack' || value.type === 'next' || value.type === 'error')) {
    throw new TypeError('Only a server may send this message.');
  }
  return value;
}
