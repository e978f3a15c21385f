/**
 * The resolvers of the GraphQL peers, for the schema of the gateway: as short as they can be written. They know whom a
 * token belongs to, and check nothing else.
 */
import { readFileSync } from 'node:fs';
import type { FieldNode, SelectionSetNode } from 'graphql';
import { type ListArguments, openLists } from './lists.ts';

/** The schema of the gateway, as `npm run schema` writes it. */
export const typeDefs = readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8');

/** What a GraphQL peer is started with. */
export interface GraphqlOptions {
  /** The only valid token. */
  readonly token: string;
  readonly user: { readonly id: string; readonly login: string };
  /** The database of the lists; without it, there are none. */
  readonly databaseUrl?: string;
}

export interface Context {
  readonly user: GraphqlOptions['user'] | null;
}

interface Info {
  readonly fieldNodes: readonly FieldNode[];
}

export const contextOf =
  ({ token, user }: GraphqlOptions) =>
  (authorization: string | undefined | null): Context => ({
    user: authorization === `Bearer ${token}` ? user : null,
  });

/** @returns the resolvers by type and field. */
export async function createResolvers({ databaseUrl }: GraphqlOptions) {
  const me = (_root: unknown, _args: unknown, { user }: Context) => user;
  if (databaseUrl === undefined) return { Query: { me } };
  const { queries, fields } = await openLists(databaseUrl);
  const lists = Object.entries(queries).map(([name, list]) => [
    name,
    (_root: unknown, args: ListArguments, _context: unknown, { fieldNodes }: Info) =>
      list(args, (field) => fieldNodes.some(({ selectionSet }) => selects(selectionSet, field))),
  ]);
  return { Query: { me, ...Object.fromEntries(lists) }, ...fields };
}

/** Whether a selection has this field, at any depth. */
const selects = (set: SelectionSetNode | undefined, name: string): boolean =>
  set?.selections.some(
    (node) => node.kind === 'Field' && (node.name.value === name || selects(node.selectionSet, name)),
  ) ?? false;
