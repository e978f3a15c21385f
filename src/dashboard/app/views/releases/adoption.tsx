import { Badge, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.js';
import { AdoptionDocument, LatestReleaseDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { type AdoptionBar, adoptionBars } from './adoption-bars.js';
import { useQueryAtRevision } from './use-channels.js';

/** The versions that are named below a bar of several. */
const MOST_EXAMPLES = 5;

/** How many devices run which release of a channel. */
export function Adoption({ channel, revision }: { channel: string; revision: number }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQueryAtRevision(revision, AdoptionDocument, { channel });
  const [{ data: latest }] = useQueryAtRevision(revision, LatestReleaseDocument, { channel });
  const bars = adoptionBars(data?.adoption ?? [], latest?.latestRelease?.id ?? null);
  return (
    <Card padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('releases.adoption')}
        </Title>
        {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
        {!data && !error && <Loading />}
        {data && bars.length === 0 && <EmptyState>{t('releases.noAdoption')}</EmptyState>}
        {bars.length > 0 && <Bars bars={bars} />}
      </Stack>
    </Card>
  );
}

function Bars({ bars }: { bars: readonly AdoptionBar[] }) {
  const total = bars.reduce((sum, { devices }) => sum + devices, 0);
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {bars.map((bar) => (
        <Bar key={bar.kind === 'release' ? bar.versions[0] : bar.kind} bar={bar} total={total} />
      ))}
    </Stack>
  );
}

function Bar({ bar, total }: { bar: AdoptionBar; total: number }) {
  const { t, i18n } = useTranslation();
  const { kind, versions, isLatest, devices } = bar;
  const share = total === 0 ? 0 : devices / total;
  const number = new Intl.NumberFormat(i18n.language);
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
        <Group gap={6} wrap="nowrap" miw={0}>
          <Text size="sm" fw={isLatest ? 600 : 400} style={{ overflowWrap: 'anywhere' }}>
            {kind === 'release' ? versions[0] : t(`releases.adoptionOf.${kind}`)}
          </Text>
          {isLatest && (
            <Badge size="sm" variant="light" flex="none">
              {t('releases.latest')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" flex="none">
          {`${number.format(devices)} · ${percent.format(share)}`}
        </Text>
      </Group>
      <Progress value={share * 100} color={isLatest ? 'var(--online)' : 'var(--offline)'} aria-hidden />
      {kind !== 'release' && versions.length > 0 && (
        <Text size="xs" c="dimmed" mt={2} style={{ overflowWrap: 'anywhere' }}>
          {versions.slice(0, MOST_EXAMPLES).join(', ') + (versions.length > MOST_EXAMPLES ? ' …' : '')}
        </Text>
      )}
    </li>
  );
}
