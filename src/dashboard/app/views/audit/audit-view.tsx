import { Badge, Button, Card, Group } from '@mantine/core';
import { IconHistory, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { useConnectionState } from '../../client/live-connection-context.js';
import { AuditEntries } from '../../domain/audit/audit-entries.js';
import { ExportButton } from '../../domain/export-button.js';
import { type AuditFilter, AuditLogDocument, ExportAuditLogDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { AFTER, Pager } from '../../ui/lists/pager.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { useAuditFilter } from './audit-filter.js';
import { AuditFilters } from './audit-filters.js';
import { useLiveEntries, withoutRepetitions } from './use-live-entries.js';

const PAGE_SIZE = 50;

/** The audit log, whose first page is live. Its filter and page are kept in the address. */
export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const { filter, change, auditFilter } = useAuditFilter();
  const after = params.get(AFTER);
  const [paused, setPaused] = useState(false);
  return (
    <Page
      title={t('audit.title')}
      actions={
        <Group gap="xs">
          {after === null && <LiveSwitch paused={paused} onChange={setPaused} />}
          <ExportButton
            document={ExportAuditLogDocument}
            input={{ filter: auditFilter }}
            downloadOf={({ exportAuditLog }) => exportAuditLog.download}
          />
        </Group>
      }
    >
      <AuditFilters filter={filter} onChange={change} />
      <Entries filter={auditFilter} after={after} paused={paused} onResume={() => setPaused(false)} />
    </Page>
  );
}

interface LiveSwitchProps {
  readonly paused: boolean;
  readonly onChange: (paused: boolean) => void;
}

function LiveSwitch({ paused, onChange }: LiveSwitchProps) {
  const { t } = useTranslation();
  const isConnected = useConnectionState() === 'connected';
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <>
      {isConnected && !paused && (
        <Badge variant="dot" color="var(--online)" title={t('audit.liveHint')}>
          {t('audit.live')}
        </Badge>
      )}
      <Button
        variant="default"
        leftSection={<Icon size={18} aria-hidden />}
        onClick={() => onChange(!paused)}
      >
        {t(paused ? 'audit.resume' : 'audit.pause')}
      </Button>
    </>
  );
}

interface EntriesProps {
  readonly filter: AuditFilter;
  readonly after: string | null;
  readonly paused: boolean;
  readonly onResume: () => void;
}

function Entries({ filter, after, paused, onResume }: EntriesProps) {
  const { t } = useTranslation();
  const isLive = after === null;
  const [{ data, error }, reload] = useQuery({
    query: AuditLogDocument,
    variables: { filter, first: PAGE_SIZE, after, withCursor: isLive },
  });
  const added = useLiveEntries(filter, (isLive && data?.auditCursor) || null);
  const [shownWhilePaused, setShownWhilePaused] = useState(0);
  if (!paused && shownWhilePaused !== added.length) setShownWhilePaused(added.length);
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  const { edges, pageInfo } = data.auditLog;
  const waiting = paused ? Math.max(0, added.length - shownWhilePaused) : 0;
  const entries = withoutRepetitions([...added.slice(waiting), ...edges.map(({ node }) => node)]);
  return (
    <>
      <Card padding="md">
        {waiting > 0 && (
          <Button variant="light" fullWidth mb="sm" onClick={onResume}>
            {t('audit.waiting', { count: waiting })}
          </Button>
        )}
        {entries.length > 0 ? (
          <AuditEntries entries={entries} />
        ) : (
          <EmptyState icon={<IconHistory size={32} stroke={1.4} aria-hidden />}>{t('audit.none')}</EmptyState>
        )}
      </Card>
      <Pager pageInfo={pageInfo} />
    </>
  );
}
