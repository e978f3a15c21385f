import { Button, Center, Code, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import {
  ConfirmTotpEnrollmentDocument,
  StartTotpEnrollmentDocument,
  type StartTotpEnrollmentMutation,
} from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { Loading } from '../../ui/loading.js';
import { RecoveryCodes } from './recovery-codes.js';

const QR_SIZE = 196;

/** Enrols an authenticator app, and shows the recovery codes of a first factor. */
export function TotpEnrollment({ onDone }: { onDone: () => void }) {
  const [{ data, error }, start] = useMutation(StartTotpEnrollmentDocument);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  useEffect(() => void start({ input: { issuer: null } }), [start]);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (error) {
    return (
      <FailureAlert failure={failureOf(error)} onRetry={() => void start({ input: { issuer: null } })} />
    );
  }
  if (!data) return <Loading />;
  const confirmed = (recoveryCodes: readonly string[] | null) =>
    recoveryCodes ? setCodes(recoveryCodes) : onDone();
  return <NewApp app={data.startTotpEnrollment} onConfirmed={confirmed} />;
}

interface NewAppProps {
  readonly app: StartTotpEnrollmentMutation['startTotpEnrollment'];
  readonly onConfirmed: (recoveryCodes: readonly string[] | null) => void;
}

function NewApp({ app, onConfirmed }: NewAppProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [{ error, fetching }, confirm] = useMutation(ConfirmTotpEnrollmentDocument);
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const isWrong = failure?.code === 'SECOND_FACTOR_WRONG';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data } = await confirm({ input: { code } });
    if (data) onConfirmed(data.confirmTotpEnrollment.recoveryCodes ?? null);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('factors.scan')}</Text>
        <Center>
          <img
            src={`data:image/svg+xml;utf8,${encodeURIComponent(app.qrCode)}`}
            width={QR_SIZE}
            height={QR_SIZE}
            alt={t('factors.qrAlt')}
            style={{ borderRadius: 12, background: 'white' }}
          />
        </Center>
        <Secret text={app.secret} />
        {failure && !isWrong && <FailureAlert failure={failure} />}
        <TextInput
          label={t('factors.firstCode')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          maxLength={8}
          value={code}
          error={isWrong && t('ui.failures.SECOND_FACTOR_WRONG')}
          onChange={(event) => setCode(event.currentTarget.value)}
          ref={focusOnMount}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={fetching}>
            {t('factors.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** For apps that cannot read the QR code. */
function Secret({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {t('factors.secret')}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code fz="sm" flex={1} style={{ overflowWrap: 'anywhere' }}>
          {text.replace(/.{4}(?!$)/g, '$& ')}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {t(copied ? 'ui.copied' : 'factors.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
