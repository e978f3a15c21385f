import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({
  description: 'An object with an id that is unique over all types. Fetch one by its id with `node`.',
})
export abstract class Node {
  @Field(() => ID, {
    description: 'Unique over all types: the type in lower camel case, `_`, and a key, such as `user_64`.',
  })
  readonly id!: unknown;
}
