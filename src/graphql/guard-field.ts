import { defaultFieldResolver, type GraphQLField } from 'graphql';

/**
 * Checks a field before it is resolved or subscribed to, without a promise: most fields are read from memory.
 * @param check returns whether the field has a value, which is null otherwise; or throws what refuses the field.
 */
export function guardField<C>(
  field: GraphQLField<unknown, C>,
  check: (context: C, args: Readonly<Record<string, unknown>>) => boolean,
): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (source, args, context, info) =>
    check(context, args) ? resolve(source, args, context, info) : null;
  if (!subscribe) return;
  field.subscribe = (source, args, context, info) =>
    check(context, args) ? subscribe(source, args, context, info) : null;
}
