import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

/** What the turns of an operation depend on. An `immediate` one waits for others in its resolver, or not at all. */
export type ExecutionKind = 'read' | 'change' | 'immediate';

/** Heartbeats; what takes the turns of logins or captchas; and uploads, which wait for the rest of a package. */
const immediateMutations: ReadonlySet<string> = new Set([
  '__typename',
  'createCaptcha',
  'heartbeat',
  'login',
  'loginWithPhone',
  'uploadRelease',
]);

/** @param document of the operation, valid. */
export function executionKind(document: DocumentNode, operation: OperationDefinitionNode): ExecutionKind {
  if (operation.operation !== 'mutation') return 'read';
  const fields = fieldNames(document, operation.selectionSet);
  return fields.every((name) => immediateMutations.has(name)) ? 'immediate' : 'change';
}

/** The fields of a selection, those of its fragments included. */
function fieldNames(document: DocumentNode, { selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value;
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldNames(document, selection.selectionSet);
    const fragment = document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldNames(document, fragment.selectionSet) : [];
  });
}
