import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { dataOf } from '../api/data-of.js';
import { type StepUpRequest, useStepUpRequest } from '../client/step-ups.js';
import { FactorFields } from '../domain/factors/factor-fields.js';
import { useFactorProof } from '../domain/factors/use-factor-proof.js';
import { PasskeyButton } from '../domain/passkeys/passkey-button.js';
import { provePasskey } from '../domain/passkeys/prove-passkey.js';
import { StartPasskeyProofDocument, StepUpDocument, type StepUpInput } from '../generated/graphql.js';
import { useSession } from '../session/session-context.js';
import { DialogButtons } from '../ui/dialog-buttons.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { PasswordField } from '../ui/password-field.js';
import { useSubmission } from '../ui/use-submission.js';

/** Above the dialog whose action requires the step-up. */
const Z_INDEX = 400;

/** Asks the user to prove again who they are. The action then continues. */
export function StepUpDialog() {
  const { t } = useTranslation();
  const request = useStepUpRequest();
  return (
    <Modal
      opened={request !== null}
      onClose={() => request?.done()}
      title={t('factors.stepUp.title')}
      zIndex={Z_INDEX}
    >
      {request && (request.methods.length > 0 ? <StepUpForm request={request} /> : <SignInAgain />)}
    </Modal>
  );
}

function StepUpForm({ request: { methods, done } }: { request: StepUpRequest }) {
  const { t } = useTranslation();
  const client = useClient();
  const [password, setPassword] = useState('');
  const proof = useFactorProof(methods);
  const { submit, pending, failure } = useSubmission();
  const byPassword = methods.includes('PASSWORD');
  const isWrong = failure?.code === 'BAD_CREDENTIALS' || failure?.code === 'SECOND_FACTOR_WRONG';
  const prove = async (input: StepUpInput) => {
    dataOf(await client.mutation(StepUpDocument, { input }));
    done();
  };
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    await submit(() => prove(byPassword ? { password } : proof.input));
  };
  const byPasskey = () =>
    submit(async () => {
      const started = await client.mutation(StartPasskeyProofDocument, { input: { challenge: null } });
      await prove(await provePasskey(dataOf(started)));
    });
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('factors.stepUp.hint')}</Text>
        {failure && !isWrong && <FailureAlert failure={failure} />}
        {methods.includes('PASSKEY') && (
          <PasskeyButton label={t('passkeys.use')} pending={pending} onClick={() => void byPasskey()} />
        )}
        {byPassword ? (
          <PasswordField
            label={t('factors.stepUp.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            error={isWrong && t('factors.stepUp.wrong')}
            onChange={(event) => setPassword(event.currentTarget.value)}
            data-autofocus
          />
        ) : (
          <FactorFields proof={proof} failure={failure} />
        )}
        <DialogButtons onCancel={done} submit={t('factors.stepUp.confirm')} loading={pending} />
      </Stack>
    </form>
  );
}

/** For an account without a password, which signs in by SMS. */
function SignInAgain() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Stack gap="sm">
      <Text size="sm">{t('factors.stepUp.signIn')}</Text>
      <Group justify="flex-end">
        <Button onClick={() => void session.signOut()}>{t('shell.signOut')}</Button>
      </Group>
    </Stack>
  );
}
