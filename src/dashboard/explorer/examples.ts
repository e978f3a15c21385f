import { getOperationAST, Kind, parse, print } from 'graphql';
import documents from '../../../schema/trusted-documents.json';

/** The operations of `schema/operations` that one would try first, with their variables. */
const shown: Readonly<Record<string, object>> = {
  Me: {},
  PresenceSummary: {},
  Devices: { first: 20 },
  Releases: { first: 20 },
  Heartbeat: { input: { deviceId: 'explorer', name: 'GraphQL explorer' } },
  FleetStatus: {},
  Heartbeats: {},
  ReleasePublished: {},
};

const texts = new Map(
  Object.values(documents).map((text) => {
    const document = parse(text);
    // The manifest sorts by name; people read the operation first.
    const definitions = document.definitions.toSorted(
      (a, b) => Number(a.kind === Kind.FRAGMENT_DEFINITION) - Number(b.kind === Kind.FRAGMENT_DEFINITION),
    );
    return [getOperationAST(document)?.name?.value, print({ ...document, definitions })];
  }),
);

/** A tab each. */
export const examples = Object.entries(shown).map(([name, variables]) => ({
  query: texts.get(name) ?? `# ${name} is no longer among the operations.`,
  variables: JSON.stringify(variables, null, 2),
}));
