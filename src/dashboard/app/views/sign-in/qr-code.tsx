import { Button, Center, Skeleton, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSubscription } from 'urql';
import { post } from '../../api/post.js';
import { checkCode } from '../../domain/check-code.js';
import {
  CreateCaptchaDocument,
  type CreateCaptchaMutation,
  LoginWithScanDocument,
  type ScanState,
  ScanTicketDocument,
} from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';

const SIZE = 196;
const over: ReadonlySet<ScanState> = new Set(['DENIED', 'EXPIRED']);

/** A code that a signed-in phone scans; its state is shown as it changes, and once approved it signs in. */
export function QrSignIn() {
  const { t } = useTranslation();
  const session = useSession();
  const { attempt, failure } = useSubmission();
  const [ticket, setTicket] = useState<CreateCaptchaMutation['createCaptcha'] | null>(null);
  const deviceId = browserDeviceId();

  const renew = useCallback(async () => {
    setTicket(null);
    await attempt(async () => {
      const { createCaptcha } = await post(CreateCaptchaDocument, { input: { type: 'SCAN', deviceId } });
      setTicket(createCaptcha);
    });
  }, [deviceId, attempt]);
  useEffect(() => void renew(), [renew]);

  const id = ticket?.id;
  const [{ data, operation }] = useSubscription({
    query: ScanTicketDocument,
    variables: { ticket: id ?? '', deviceId },
    pause: ticket === null,
  });
  // What was told of an earlier ticket is not of this one.
  const status = operation?.variables.ticket === id ? data?.scanTicket : undefined;
  const state = status?.state ?? 'PENDING';
  useEffect(() => {
    if (state !== 'APPROVED' || !id) return;
    void attempt(async () => {
      session.open((await post(LoginWithScanDocument, { ticket: id, deviceId })).loginWithScan);
    });
  }, [state, id, deviceId, session, attempt]);

  return (
    <Stack align="center" gap="sm">
      {failure && <FailureAlert failure={failure} />}
      <Center pos="relative" w={SIZE} h={SIZE} bg="white" style={{ borderRadius: 12, overflow: 'hidden' }}>
        {ticket?.image ? (
          <img
            src={ticket.image}
            width={SIZE}
            height={SIZE}
            alt={t('signIn.scan.alt')}
            style={{ opacity: over.has(state) ? 0.12 : 1 }}
          />
        ) : (
          !failure && <Skeleton w={SIZE} h={SIZE} />
        )}
        {(over.has(state) || failure) && (
          <Button
            pos="absolute"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => void renew()}
          >
            {t('signIn.scan.renew')}
          </Button>
        )}
      </Center>
      <Text fw={550} role="status" aria-live="polite" ta="center">
        {t(`signIn.scan.states.${state}`, { name: status?.scannedBy ?? '—' })}
      </Text>
      <Text size="sm" c="dimmed" ta="center">
        {t('signIn.scan.hint')}
      </Text>
      {id && !over.has(state) && (
        <Text size="sm" c="dimmed">
          {t('signIn.scan.checkCode')}{' '}
          <Text span ff="monospace" fw={650} c="var(--mantine-color-text)">
            {checkCode(id)}
          </Text>
        </Text>
      )}
    </Stack>
  );
}
