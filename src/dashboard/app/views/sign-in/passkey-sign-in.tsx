import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/post.js';
import { answerWithPasskey } from '../../domain/passkeys/browser-passkeys.js';
import { PasskeyButton } from '../../domain/passkeys/passkey-button.js';
import { FinishPasskeyLoginDocument, StartPasskeyLoginDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';

/** Signs in with a passkey, which knows its account. */
export function PasskeySignIn() {
  const { t } = useTranslation();
  const session = useSession();
  const { submit, pending, failure } = useSubmission();
  const signIn = () =>
    submit(async () => {
      const deviceId = browserDeviceId();
      const { startPasskeyLogin } = await post(StartPasskeyLoginDocument, { input: { deviceId } });
      const credential = await answerWithPasskey(startPasskeyLogin.options);
      const login = await post(FinishPasskeyLoginDocument, { input: { credential, deviceId } });
      session.open(login.finishPasskeyLogin);
    });
  return (
    <Stack gap="md">
      {failure && <FailureAlert failure={failure} />}
      <PasskeyButton label={t('passkeys.use')} pending={pending} onClick={() => void signIn()} />
    </Stack>
  );
}
