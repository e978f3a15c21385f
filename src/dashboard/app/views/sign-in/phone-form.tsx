import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/post.js';
import { CreateCaptchaDocument, LoginWithPhoneDocument } from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';
import { PhoneCodeFields } from './phone-code-fields.js';
import { usePhoneCode } from './use-phone-code.js';

export function PhoneForm() {
  const { t } = useTranslation();
  const session = useSession();
  const phoneCode = usePhoneCode((request) =>
    post(CreateCaptchaDocument, { input: { type: 'SMS', ...request } }),
  );
  const signingIn = useSubmission();
  /** Its failure is shown. */
  const [latest, setLatest] = useState<'sending' | 'signingIn'>('sending');

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setLatest('signingIn');
    await signingIn.submit(async () => {
      const input = { phone: phoneCode.phone, captcha: phoneCode.code, deviceId: browserDeviceId() };
      await session.signIn(async () => (await post(LoginWithPhoneDocument, { input })).loginWithPhone);
    });
  };
  const { failure } = latest === 'sending' ? phoneCode : signingIn;
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        {failure && <FailureAlert failure={failure} />}
        <PhoneCodeFields
          value={phoneCode}
          sent={(phone) => t('signIn.codeSent', { phone })}
          onSend={() => {
            setLatest('sending');
            void phoneCode.send();
          }}
        />
        <Button type="submit" loading={signingIn.pending} fullWidth mt="xs">
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}
