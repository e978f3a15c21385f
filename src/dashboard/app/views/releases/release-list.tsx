import { Divider, Stack } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/failure.js';
import { LatestReleaseDocument, type PackageFragment, ReleasesDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { ShowMore } from '../../ui/lists/show-more.js';
import { Loading } from '../../ui/loading.js';
import { ReleaseEntry } from './release-entry.js';
import { useQueryAtRevision } from './use-channels.js';
import { WithdrawDialog } from './withdraw-dialog.js';

const PAGE_SIZE = 20;

/** The releases of a channel, newest version first. */
export function ReleaseList({ channel, revision }: { channel: string; revision: number }) {
  const [{ data }] = useQueryAtRevision(revision, LatestReleaseDocument, { channel });
  const [withdrawing, setWithdrawing] = useState<PackageFragment | null>(null);
  return (
    <Stack gap={0} component="section" aria-label={channel}>
      <Entries
        channel={channel}
        revision={revision}
        after={null}
        latest={data?.latestRelease?.id ?? null}
        onWithdraw={setWithdrawing}
      />
      <WithdrawDialog release={withdrawing} onClose={() => setWithdrawing(null)} />
    </Stack>
  );
}

interface EntriesProps {
  readonly channel: string;
  readonly revision: number;
  /** The cursor of the entry before the page; null for the first page. */
  readonly after: string | null;
  readonly latest: string | null;
  readonly onWithdraw: (release: PackageFragment) => void;
}

/** One page, followed by the next. Each loads itself, after the previous one. */
function Entries({ after, ...rest }: EntriesProps) {
  const { t } = useTranslation();
  const { channel, revision, latest, onWithdraw } = rest;
  const variables = { channel, first: PAGE_SIZE, after };
  const [{ data, error }, reload] = useQueryAtRevision(revision, ReleasesDocument, variables);
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.releases;
  if (edges.length === 0 && after === null) {
    return (
      <EmptyState icon={<IconPackage size={32} stroke={1.4} aria-hidden />}>{t('releases.none')}</EmptyState>
    );
  }
  return (
    <>
      {edges.map(({ node }, index) => (
        <Fragment key={node.id}>
          {(index > 0 || after !== null) && <Divider />}
          <ReleaseEntry release={node} isLatest={node.id === latest} onWithdraw={onWithdraw} />
        </Fragment>
      ))}
      {pageInfo.hasNextPage && (
        <ShowMore>
          <Entries {...rest} after={pageInfo.endCursor} />
        </ShowMore>
      )}
    </>
  );
}
