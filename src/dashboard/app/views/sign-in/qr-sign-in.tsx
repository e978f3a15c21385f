import { Button, Center, Skeleton, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSubscription } from 'urql';
import { post } from '../../api/post.js';
import { GatewayProvider } from '../../client/gateway-provider.js';
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
const finalStates: ReadonlySet<ScanState> = new Set(['DENIED', 'EXPIRED']);

/** A QR code for a signed-in phone. Shows the live state of the scan and signs in once it is approved. */
export function QrSignIn() {
  return (
    <GatewayProvider lazy>
      <ScanTicket />
    </GatewayProvider>
  );
}

function ScanTicket() {
  const { t } = useTranslation();
  const session = useSession();
  const { submit, failure } = useSubmission();
  const [captcha, setCaptcha] = useState<CreateCaptchaMutation['createCaptcha']['captcha'] | null>(null);
  const deviceId = browserDeviceId();

  const renew = useCallback(async () => {
    setCaptcha(null);
    await submit(async () => {
      const { createCaptcha } = await post(CreateCaptchaDocument, { input: { type: 'SCAN', deviceId } });
      setCaptcha(createCaptcha.captcha);
    });
  }, [deviceId, submit]);
  useEffect(() => void renew(), [renew]);

  const ticket = captcha?.ticket;
  const [{ data, operation }] = useSubscription({
    query: ScanTicketDocument,
    variables: { ticket: ticket ?? '', deviceId },
    pause: !ticket,
  });
  // After a renewal, `data` is still that of the previous ticket.
  const status = operation?.variables.ticket === ticket ? data?.scanTicket : undefined;
  const state = status?.state ?? 'PENDING';
  useEffect(() => {
    if (state !== 'APPROVED' || !ticket) return;
    void submit(async () => {
      const input = { ticket, deviceId };
      await session.signIn(async () => (await post(LoginWithScanDocument, { input })).loginWithScan);
    });
  }, [state, ticket, deviceId, session, submit]);

  return (
    <Stack align="center" gap="sm">
      {failure && <FailureAlert failure={failure} />}
      <Center pos="relative" w={SIZE} h={SIZE} bg="white" style={{ borderRadius: 12, overflow: 'hidden' }}>
        {captcha?.image ? (
          <img
            src={captcha.image}
            width={SIZE}
            height={SIZE}
            alt={t('signIn.qr.alt')}
            style={{ opacity: finalStates.has(state) ? 0.12 : 1 }}
          />
        ) : (
          !failure && <Skeleton w={SIZE} h={SIZE} />
        )}
        {(finalStates.has(state) || failure) && (
          <Button
            pos="absolute"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => void renew()}
          >
            {t('signIn.qr.renew')}
          </Button>
        )}
      </Center>
      <Text fw={550} role="status" aria-live="polite" ta="center">
        {t(`signIn.qr.states.${state}`, { name: status?.scannedBy ?? '—' })}
      </Text>
      <Text size="sm" c="dimmed" ta="center">
        {t('signIn.qr.hint')}
      </Text>
      {ticket && !finalStates.has(state) && (
        <Text size="sm" c="dimmed">
          {t('signIn.qr.checkCode')}{' '}
          <Text span ff="monospace" fw={650} c="var(--mantine-color-text)">
            {checkCode(ticket)}
          </Text>
        </Text>
      )}
    </Stack>
  );
}
