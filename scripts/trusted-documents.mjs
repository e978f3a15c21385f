/**
 * A plugin of graphql-codegen that writes the manifest of our operations: SHA-256 (hex) → text with the fragments that
 * the operation uses. Text and hash are the same as those of codegen's client preset with `persistedDocuments`.
 */
import { createHash } from 'node:crypto';
import { printExecutableGraphQLDocument } from '@graphql-tools/documents';
import { Kind, visit } from 'graphql';

export function plugin(_schema, files) {
  const definitions = files.flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const entries = definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1))
    .map((operation) => {
      const used = [...usedBy(operation, fragments)].map((name) => fragments.get(name));
      const text = printExecutableGraphQLDocument({ kind: Kind.DOCUMENT, definitions: [operation, ...used] });
      return [createHash('sha256').update(text).digest('hex'), text];
    });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/** The names of the fragments that a definition uses, directly or through other fragments. */
function usedBy(definition, fragments, names = new Set()) {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      if (names.has(value)) return;
      names.add(value);
      usedBy(fragments.get(value), fragments, names);
    },
  });
  return names;
}
