import { Badge, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.js';
import { AdoptionDocument, type AdoptionQuery } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { useQueryAtRevision } from './use-channels.js';

type Row = AdoptionQuery['adoption'][number];

/** Less common versions share the last bar. */
const MOST_BARS = 8;

/** The number of devices per version. @param latest the version to mark as latest. */
export function Adoption({ latest, revision }: { latest: string | null; revision: number }) {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQueryAtRevision(revision, AdoptionDocument, {});
  return (
    <Card padding="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('releases.adoption')}
        </Title>
        {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
        {!data && !error && <Loading />}
        {data?.adoption.length === 0 && <EmptyState>{t('releases.noAdoption')}</EmptyState>}
        {data && data.adoption.length > 0 && <Bars rows={data.adoption} latest={latest} />}
      </Stack>
    </Card>
  );
}

function Bars({ rows, latest }: { rows: readonly Row[]; latest: string | null }) {
  const { t, i18n } = useTranslation();
  const sum = (some: readonly Row[]) => some.reduce((total, { devices }) => total + devices, 0);
  const total = sum(rows);
  const others = sum(rows.slice(MOST_BARS));
  const bars = rows.slice(0, MOST_BARS).map(({ clientVersion, devices }) => ({
    label: clientVersion ?? t('releases.noVersion'),
    isLatest: clientVersion !== null && clientVersion === latest,
    devices,
  }));
  if (others > 0) bars.push({ label: t('releases.otherVersions'), isLatest: false, devices: others });
  const number = new Intl.NumberFormat(i18n.language);
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {bars.map(({ label, isLatest, devices }) => (
        <li key={label}>
          <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
            <Group gap={6} wrap="nowrap" miw={0}>
              <Text size="sm" fw={isLatest ? 600 : 400} truncate title={label}>
                {label}
              </Text>
              {isLatest && (
                <Badge size="sm" variant="light" flex="none">
                  {t('releases.latest')}
                </Badge>
              )}
            </Group>
            <Text size="sm" c="dimmed" flex="none">
              {`${number.format(devices)} · ${percent.format(devices / total)}`}
            </Text>
          </Group>
          <Progress
            value={(devices / total) * 100}
            color={isLatest ? 'var(--online)' : 'var(--offline)'}
            aria-hidden
          />
        </li>
      ))}
    </Stack>
  );
}
