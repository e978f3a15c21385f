import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Query, Resolver } from 'type-graphql';
import { Node } from '../../database/node.entity.js';
import { DomainError } from '../../errors.js';
import { Allow, SIGNED_IN } from '../authorization.js';
import { LARGEST_PAGE } from '../connection.js';
import type { Context } from '../context.js';
import { readNodes } from '../nodes.js';

@Resolver(() => Node)
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description: 'An object by its id; null if it does not exist or the caller may not read it.',
  })
  @Allow(SIGNED_IN)
  async node(
    @Arg('id', () => ID, { description: 'The id of an object of any type.' }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    const [node = null] = await readNodes(context, info, [id], 'id');
    return node;
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Objects by their ids, in the order of the ids; null in the place of those that do not exist, or that the ' +
      'caller may not read.',
  })
  @Allow(SIGNED_IN)
  nodes(
    @Arg('ids', () => [ID], { description: `Ids of objects of any type: at most ${LARGEST_PAGE}.` })
    ids: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Node | null)[]> {
    if (ids.length > LARGEST_PAGE) {
      throw new DomainError('INVALID_INPUT', `ids must name at most ${LARGEST_PAGE} objects.`, {
        field: 'ids',
      });
    }
    return readNodes(context, info, ids, 'ids');
  }
}
