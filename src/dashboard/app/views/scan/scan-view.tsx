import { Alert, Card } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconClockOff, IconQrcode } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { ApproveScanDocument, ClaimScanDocument } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { ScanRequest } from './scan-request.js';

type Decision = 'approved' | 'denied';

/** Where a phone comes from a QR code: it says who asks to be let in, and the person decides. */
export function Component() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const ticket = search.get('ticket');
  return (
    <Page title={t('scan.title')}>
      <Card padding="lg" maw={440} w="100%" mx="auto">
        {ticket ? (
          <Decide key={ticket} ticket={ticket} />
        ) : (
          <EmptyState icon={<IconQrcode size={32} stroke={1.4} aria-hidden />}>
            {t('scan.noTicket')}
          </EmptyState>
        )}
      </Card>
    </Page>
  );
}

function Decide({ ticket }: { ticket: string }) {
  const [{ data }, claim] = useMutation(ClaimScanDocument);
  const [{ fetching }, approve] = useMutation(ApproveScanDocument);
  const [decision, setDecision] = useState<Decision | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const begin = useCallback(async () => {
    const { error } = await claim({ ticket });
    setFailure(error ? failureOf(error) : null);
  }, [claim, ticket]);
  useEffect(() => void begin(), [begin]);
  const decide = async (yes: boolean) => {
    const { error } = await approve({ ticket, approve: yes });
    if (error) setFailure(failureOf(error));
    else setDecision(yes ? 'approved' : 'denied');
  };
  if (decision) return <Decided decision={decision} />;
  if (failure) return <Refused failure={failure} onRetry={() => void begin()} />;
  if (!data) return <Loading />;
  return (
    <ScanRequest
      ticket={ticket}
      request={data.claimScan}
      deciding={fetching}
      onDecision={(yes) => void decide(yes)}
    />
  );
}

function Decided({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  const [color, Icon] = decision === 'approved' ? ['teal', IconCircleCheck] : ['gray', IconCircleX];
  return (
    <Alert color={color} variant="light" role="status" icon={<Icon aria-hidden />}>
      {t(`scan.${decision}`)}
    </Alert>
  );
}

/** What went wrong with a code, and what to do about it. */
function Refused({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const { t } = useTranslation();
  const words = new Map<string, string>([
    ['CAPTCHA_EXPIRED', t('scan.over')],
    ['FORBIDDEN', t('scan.taken')],
  ]);
  const text = words.get(failure.code);
  if (!text) return <FailureAlert failure={failure} onRetry={onRetry} />;
  return (
    <Alert color="orange" variant="light" role="alert" icon={<IconClockOff aria-hidden />}>
      {text}
    </Alert>
  );
}
