import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { checkCode } from '../../domain/check-code.js';
import { displayName } from '../../domain/display-name.js';
import type { ClaimScanMutation, ScanDecision } from '../../generated/graphql.js';
import { useViewer } from '../../session/session-context.js';

interface ScanRequestProps {
  readonly ticket: string;
  readonly request: ClaimScanMutation['claimScan']['ticket'];
  readonly deciding: boolean;
  readonly onDecision: (decision: ScanDecision) => void;
}

/** The origin of a sign-in request, with buttons to approve and deny it. */
export function ScanRequest({ ticket, request, deciding, onDecision }: ScanRequestProps) {
  const { t } = useTranslation();
  const { user } = useViewer();
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        {t('scan.request')}
      </Title>
      <Text c="dimmed">{t('scan.compare')}</Text>
      <Text ff="monospace" fz={36} fw={650} lh={1} ta="center" lts="0.2em">
        {checkCode(ticket)}
      </Text>
      <Stack gap={6} component="dl" m={0}>
        <RequestDetail name={t('scan.address')} value={request.requestedFrom ?? t('scan.unknownAddress')} />
        {request.requestedBy && <RequestDetail name={t('scan.browser')} value={request.requestedBy} />}
        <RequestDetail name={t('scan.account')} value={displayName(user)} />
      </Stack>
      <Group grow>
        <Button variant="default" size="md" disabled={deciding} onClick={() => onDecision('DENY')}>
          {t('scan.deny')}
        </Button>
        <Button size="md" loading={deciding} onClick={() => onDecision('APPROVE')}>
          {t('scan.approve')}
        </Button>
      </Group>
    </Stack>
  );
}

function RequestDetail({ name, value }: { name: string; value: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" fw={550} m={0} truncate>
        {value}
      </Text>
    </Group>
  );
}
