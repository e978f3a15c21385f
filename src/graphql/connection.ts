import type { GraphQLResolveInfo } from 'graphql';
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { PropertyOf } from '../database/queries/columns.js';
import type { ListOrder, Page, PageRequest, Position } from '../database/queries/page.js';
import { DomainError } from '../errors.js';
import { cursorOf, readCursor } from './list-cursor.js';
import { selectedProperties } from './selected-properties.js';

/** Nodes of a page, by default and at most. */
export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;

@ObjectType({ simpleResolvers: true, description: 'Where a page is in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is a page after this one.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there is a page before this one.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the first edge: `before` for the page before this one. Null for an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge: `after` for the next page. Null for an empty page.',
  })
  endCursor!: string | null;
}

/** A page of a list. https://relay.dev/graphql/connections.htm */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
  /** Counts, for those who select it. */
  readonly totalCount: () => Promise<number>;
}

/**
 * The types `<name>Connection` and `<name>Edge`.
 * @param nodes what the list is of, in the plural.
 */
export function connectionType<T extends object>(
  name: string,
  Node: ClassType<T>,
  nodes: string,
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `An item of a list of ${nodes}.` })
  class Edge {
    @Field(() => String, { description: 'The position of the item: pass it as `after` or `before`.' })
    cursor!: string;

    @Field(() => Node, { description: 'The item.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${nodes}.` })
  class NodeConnection implements Connection<T> {
    @Field(() => [Edge], { description: 'The items of this page, in the order of the list.' })
    edges!: Edge[];

    @Field(() => PageInfo, { description: 'Where this page is in the list.' })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description:
        'How many items the list has, on all pages. Counted only when it is selected: it takes time in large lists.',
    })
    totalCount!: () => Promise<number>;
  }
  return NodeConnection;
}

/** Which page is asked for. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many to return from the start, or from \`after\`: ${DEFAULT_PAGE} by default, at most ${LARGEST_PAGE}.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor of this list: return what comes after it.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many to return from the end, or up to \`before\`: at most ${LARGEST_PAGE}. Not with \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor of this list: return what comes before it.' })
  before?: string | null;
}

/**
 * The page that a connection is asked for, with the properties that are selected of its nodes.
 * @throws DomainError INVALID_INPUT naming the argument, for a size out of bounds or a cursor of another list.
 */
export function readPageArgs<T>(
  { first, after, last, before }: PageArgs,
  order: ListOrder,
  info: GraphQLResolveInfo,
): PageRequest<PropertyOf<T>> {
  checkSize('first', first);
  checkSize('last', last);
  if (first != null && last != null) {
    throw new DomainError('INVALID_INPUT', 'last cannot be combined with first.', { field: 'last' });
  }
  return {
    properties: selectedProperties<T>(info, 'edges', 'node'),
    order,
    size: first ?? last ?? DEFAULT_PAGE,
    backwards: last != null,
    after: after == null ? null : readCursor(after, order, 'after'),
    before: before == null ? null : readCursor(before, order, 'before'),
  };
}

/** @param count counts the rows of all pages. */
export function toConnection<T extends object>(
  { rows, positions, hasNextPage, hasPreviousPage }: Page<T>,
  { order }: Pick<PageRequest<string>, 'order'>,
  count: () => Promise<number>,
): Connection<T> {
  const edges = rows.map((node, index) => new PageEdge(node, order, positions[index] ?? []));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}

/** Writes its cursor when that is selected. */
class PageEdge<T> {
  constructor(
    readonly node: T,
    private readonly order: ListOrder,
    private readonly position: Position,
  ) {}

  get cursor(): string {
    return cursorOf(this.order, this.position);
  }
}

function checkSize(field: 'first' | 'last', size: number | null | undefined): void {
  if (size == null || (size >= 0 && size <= LARGEST_PAGE)) return;
  throw new DomainError('INVALID_INPUT', `${field} must be between 0 and ${LARGEST_PAGE}.`, { field });
}
