import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({
  description: 'An object with an id that is unique over all types. Fetch one by its id with `node`.',
  resolveType: ({ __typename }: Node) => __typename,
})
export abstract class Node {
  /** Of an object that a field returns as a node. */
  readonly __typename!: string;

  @Field(() => ID, {
    description: 'Unique over all types: the type in lower camel case, `_`, and a key, such as `user_64`.',
  })
  readonly id!: unknown;
}
