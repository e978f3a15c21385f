/** Older ones answer nothing to a request that offers another protocol (see `listen.ts`). */
const OLDEST_NODE = [24, 9] as const;

/** Why this Node cannot run us, as a sentence for the operator; null where it can. To be asked before any library loads. */
export function complaintAboutNode(): string | null {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return null;
  return `Gatehouse needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}: run npm ci, which brings one, or install it.`;
}
