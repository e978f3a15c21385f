import { type DocumentNode, type GraphQLSchema, Kind, OperationTypeNode, visit } from 'graphql';
import { selectsPerCaller } from './per-caller-fields.js';

/** Which subscribers of a document receive equal results. */
export interface Sharing {
  /**
   * The variable that is passed as `since`, unless the document uses it elsewhere, too: subscribers that differ in this
   * variable alone receive the same events once they have caught up.
   */
  readonly cursorVariable: string | null;
  /** Whether results differ between callers with the same permissions. */
  readonly isPerCaller: boolean;
}

export function sharingOf(schema: GraphQLSchema, document: DocumentNode): Sharing {
  const hasSubscription = document.definitions.some(
    (node) => node.kind === Kind.OPERATION_DEFINITION && node.operation === OperationTypeNode.SUBSCRIPTION,
  );
  if (!hasSubscription) return { cursorVariable: null, isPerCaller: false };
  return { cursorVariable: cursorVariable(document), isPerCaller: selectsPerCaller(schema, document) };
}

function cursorVariable(document: DocumentNode): string | null {
  const uses = new Map<string, number>();
  let cursor: string | null = null;
  visit(document, {
    [Kind.VARIABLE_DEFINITION]: () => false,
    [Kind.VARIABLE]({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1);
    },
    [Kind.ARGUMENT]: {
      leave({ name, value }) {
        if (name.value === 'since' && value.kind === Kind.VARIABLE) cursor = value.name.value;
      },
    },
  });
  return cursor !== null && uses.get(cursor) === 1 ? cursor : null;
}
