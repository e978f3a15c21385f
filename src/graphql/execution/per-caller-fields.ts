import {
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isPerCaller } from '../authorization.js';

/**
 * Whether a subscription selects a field that differs between callers with the same permissions, so that its results
 * cannot be shared. The scope of its stream stands for the rule of its root field.
 */
export function selectsPerCaller(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const enter = () => {
    const field = types.getFieldDef();
    if (!field || types.getParentType() === schema.getSubscriptionType() || !isPerCaller(field)) return;
    found = true;
    return BREAK;
  };
  visit(document, visitWithTypeInfo(types, { [Kind.FIELD]: { enter } }));
  return found;
}
