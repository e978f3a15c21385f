import { Alert, Card } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconClockOff, IconQrcode } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { ApproveScanDocument, ClaimScanDocument, type ScanDecision } from '../../generated/graphql.js';
import { EmptyState } from '../../ui/empty-state.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { ScanRequest } from './scan-request.js';

/** Opened on a phone by a sign-in QR code: shows the request, to be approved or denied. */
export function Component() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const ticket = search.get('ticket');
  return (
    <Page title={t('scan.title')}>
      <Card padding="lg" maw={440} w="100%" mx="auto">
        {ticket ? (
          <ScannedTicket key={ticket} ticket={ticket} />
        ) : (
          <EmptyState icon={<IconQrcode size={32} stroke={1.4} aria-hidden />}>
            {t('scan.noTicket')}
          </EmptyState>
        )}
      </Card>
    </Page>
  );
}

function ScannedTicket({ ticket }: { ticket: string }) {
  const [{ data }, claim] = useMutation(ClaimScanDocument);
  const [{ fetching }, approve] = useMutation(ApproveScanDocument);
  const [decision, setDecision] = useState<ScanDecision | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const claimTicket = useCallback(async () => {
    const { error } = await claim({ input: { ticket } });
    setFailure(error ? failureOf(error) : null);
  }, [claim, ticket]);
  useEffect(() => void claimTicket(), [claimTicket]);
  const decide = async (made: ScanDecision) => {
    const { error } = await approve({ input: { ticket, decision: made } });
    if (error) setFailure(failureOf(error));
    else setDecision(made);
  };
  if (decision) return <DecisionResult decision={decision} />;
  if (failure) return <ScanFailure failure={failure} onRetry={() => void claimTicket()} />;
  if (!data) return <Loading />;
  return (
    <ScanRequest
      ticket={ticket}
      request={data.claimScan.ticket}
      deciding={fetching}
      onDecision={(made) => void decide(made)}
    />
  );
}

function DecisionResult({ decision }: { decision: ScanDecision }) {
  const { t } = useTranslation();
  const [color, Icon] = decision === 'APPROVE' ? ['teal', IconCircleCheck] : ['gray', IconCircleX];
  return (
    <Alert color={color} variant="light" role="status" icon={<Icon aria-hidden />}>
      {t(`scan.results.${decision}`)}
    </Alert>
  );
}

function ScanFailure({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const { t } = useTranslation();
  const texts = new Map<string, string>([
    ['CAPTCHA_EXPIRED', t('scan.expired')],
    ['FORBIDDEN', t('scan.taken')],
  ]);
  const text = texts.get(failure.code);
  if (!text) return <FailureAlert failure={failure} onRetry={onRetry} />;
  return (
    <Alert color="orange" variant="light" role="alert" icon={<IconClockOff aria-hidden />}>
      {text}
    </Alert>
  );
}
