/** The types of objects that addresses of the dashboard name. */
type NodeType = 'device' | 'user';

/**
 * The node id that an address names.
 * @param text the id, or the bare number of version 0.1.0: bookmarks of `/people/64` lead to `user_64`.
 */
export const nodeIdOf = (type: NodeType, text: string): string =>
  /^\d+$/.test(text) ? `${type}_${text}` : text;
