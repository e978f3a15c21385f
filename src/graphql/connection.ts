import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Page } from '../database/page.js';
import { DomainError } from '../errors.js';

/** Nodes of a page, unless told and at most. */
export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;

@ObjectType()
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** One page of a list, as the Relay connection specification shapes it. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  pageInfo: PageInfo;
}

/** The `<name>Connection` and `<name>Edge` types of a node. */
export function connectionType<T extends object>(name: string, Node: ClassType<T>): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => Node)
    node!: T;
  }

  @ObjectType(`${name}Connection`)
  class NodeConnection implements Connection<T> {
    @Field(() => [Edge])
    edges!: Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return NodeConnection;
}

/** How a page is asked for. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE })
  first!: number;

  @Field(() => String, { nullable: true })
  after?: string | null;
}

/** @throws DomainError INVALID_INPUT for a size out of bounds or a cursor that is not ours. */
export function readPage(first: number, after: string | null | undefined): Page {
  if (first < 1 || first > LARGEST_PAGE) {
    throw new DomainError('INVALID_INPUT', `first is from 1 to ${LARGEST_PAGE}.`, { field: 'first' });
  }
  if (after == null) return { first, after: null };
  const key = /^id:(\d{1,10})$/.exec(Buffer.from(after, 'base64url').toString())?.[1];
  if (key === undefined)
    throw new DomainError('INVALID_INPUT', 'The cursor is not ours.', { field: 'after' });
  return { first, after: Number(key) };
}

/** @param nodes one more than the page has, where there is one more. */
export function toConnection<T extends { id: number }>(nodes: readonly T[], { first }: Page): Connection<T> {
  const edges = nodes.slice(0, first).map((node) => ({
    cursor: Buffer.from(`id:${node.id}`).toString('base64url'),
    node,
  }));
  return { edges, pageInfo: { hasNextPage: nodes.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}
