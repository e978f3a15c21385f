import type { AdoptionQuery } from '../../generated/graphql.js';

type Row = AdoptionQuery['adoption'][number];

/** Devices that are counted together. */
export interface AdoptionBar {
  /** The version of a release, else the versions that belong to none of the bars before. */
  readonly kind: 'release' | 'other' | 'incomparable' | 'unreported';
  readonly versions: readonly string[];
  readonly isLatest: boolean;
  readonly devices: number;
}

/** Less common releases are counted with the other versions. */
const MOST_RELEASES = 8;

/** The latest release first, then the most common ones, then all other devices by why they run no release. */
export function adoptionBars(rows: readonly Row[], latest: string | null): AdoptionBar[] {
  const releases = releaseBars(rows, latest);
  const rest = releases.slice(MOST_RELEASES);
  const others = rows.filter(({ release }) => !release);
  const unreported = others.filter(({ clientVersion }) => clientVersion === null);
  const reported = others.filter(({ clientVersion }) => clientVersion !== null);
  return [
    ...releases.slice(0, MOST_RELEASES),
    combined('other', [...rest, ...reported.filter(({ comparable }) => comparable).map(toBar)]),
    combined('incomparable', reported.filter(({ comparable }) => !comparable).map(toBar)),
    combined('unreported', unreported.map(toBar)),
  ].filter(({ kind, devices }) => kind === 'release' || devices > 0);
}

/** One for each release, however devices spell its version. */
function releaseBars(rows: readonly Row[], latest: string | null): AdoptionBar[] {
  const bars = new Map<string, AdoptionBar>();
  for (const { release, devices } of rows) {
    if (!release) continue;
    const { id, version } = release;
    const counted = bars.get(id)?.devices ?? 0;
    bars.set(id, {
      kind: 'release',
      versions: [version],
      isLatest: id === latest,
      devices: counted + devices,
    });
  }
  return [...bars.values()].sort((a, b) => Number(b.isLatest) - Number(a.isLatest) || b.devices - a.devices);
}

const toBar = ({ clientVersion, devices }: Row): AdoptionBar => ({
  kind: 'other',
  versions: clientVersion === null ? [] : [clientVersion],
  isLatest: false,
  devices,
});

const combined = (kind: AdoptionBar['kind'], bars: readonly AdoptionBar[]): AdoptionBar => ({
  kind,
  versions: bars.flatMap(({ versions }) => versions),
  isLatest: false,
  devices: bars.reduce((sum, { devices }) => sum + devices, 0),
});
