/** Older versions do not answer a request that offers another protocol (see `shouldUpgradeCallback` in `listen.ts`). */
const OLDEST_NODE = [24, 9] as const;

/** A sentence for the operator when this version of Node is too old, else null. Call it before any library is loaded. */
export function unsupportedNodeMessage(): string | null {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return null;
  return `Gatehouse requires Node ${OLDEST_NODE.join('.')} or newer, but this is Node ${process.versions.node}: run npm ci, which installs it, or install it yourself.`;
}
