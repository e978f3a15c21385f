/** Describes a command of Redis by its name: keys and values may belong to people. */
export function commandSpan(command: unknown) {
  const name =
    typeof command === 'object' && command !== null && 'name' in command ? String(command.name) : '';
  const operation = name.toUpperCase();
  return {
    name: `REDIS ${operation}`,
    kind: 'client',
    attributes: { 'db.system.name': 'redis', 'db.operation.name': operation },
  } as const;
}
