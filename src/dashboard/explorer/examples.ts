import { getOperationAST, Kind, parse, print } from 'graphql';
import documents from '../../../schema/trusted-documents.json';

/** Operations of `schema/operations` that are good first examples, with their variables. */
const shown: Readonly<Record<string, object>> = {
  Me: {},
  PresenceSummary: {},
  Devices: { first: 20, orderBy: { field: 'LAST_SEEN_AT', direction: 'DESC' }, withTotalCount: true },
  Sessions: { first: 20 },
  Releases: { first: 20 },
  Heartbeat: { input: { deviceId: 'explorer', name: 'GraphQL explorer' } },
  FleetStatus: {},
  Heartbeats: {},
  ReleasePublished: {},
};

const texts = new Map(
  Object.values(documents).map((text) => {
    const document = parse(text);
    // Fragments, which the manifest may put first, go last.
    const definitions = document.definitions.toSorted(
      (a, b) => Number(a.kind === Kind.FRAGMENT_DEFINITION) - Number(b.kind === Kind.FRAGMENT_DEFINITION),
    );
    return [getOperationAST(document)?.name?.value, print({ ...document, definitions })];
  }),
);

/** One GraphiQL tab each. */
export const examples = Object.entries(shown).map(([name, variables]) => ({
  query: queryOf(name),
  variables: JSON.stringify(variables, null, 2),
}));

function queryOf(name: string): string {
  const text = texts.get(name);
  if (text === undefined) return `# schema/operations has no operation ${name}.`;
  return name === 'Heartbeat' ? skipHeartbeat(text) : text;
}

/** A device stays in the fleet, so trying out the example must not add one. */
function skipHeartbeat(text: string): string {
  return `# A heartbeat adds a device to the fleet. Remove @skip to send it.
${text.replace('heartbeat(input: $input)', '$& @skip(if: true)')}`;
}
