/**
 * What only a server may say is as wrong as what nobody says: the protocol's implementation takes it for a fault of
 * its own. Reading with this function also refuses what nests deeper than the stack.
 */
export function refuseServerMessages(key: string, value: unknown): unknown {
  const isMessage = key === '' && typeof value === 'object' && value !== null && 'type' in value;
  if (isMessage && (value.type === 'connection_ack' || value.type === 'next' || value.type === 'error')) {
    throw new TypeError('A client does not send this.');
  }
  return value;
}
