import { Anchor, Button, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate } from 'react-router';
import { post } from '../../api/post.js';
import { NewPasswordField } from '../../domain/new-password-field.js';
import { isFieldError, useAccountFieldErrors } from '../../domain/use-account-field-errors.js';
import {
  LoginDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
} from '../../generated/graphql.js';
import { browserDeviceId } from '../../session/device-id.js';
import { useSession, useSessionState } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { SignedOutPage } from '../../ui/frame/signed-out-page.js';
import { useSubmission } from '../../ui/use-submission.js';
import { PhoneCodeFields } from './phone-code-fields.js';
import { usePhoneCode } from './use-phone-code.js';

/** Sets a new password with a code sent by SMS, and signs in with it. */
export function Component() {
  const { t } = useTranslation();
  const state = useSessionState();
  if (state.status === 'signed-in') return <Navigate to="/" replace />;
  return (
    <SignedOutPage title={t('signIn.forgot.title')}>
      <Text c="dimmed" size="sm">
        {t('signIn.forgot.intro')}
      </Text>
      <ForgotPasswordForm />
      <Anchor component={Link} to="/sign-in" size="sm" ta="center">
        {t('signIn.forgot.back')}
      </Anchor>
    </SignedOutPage>
  );
}

function ForgotPasswordForm() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [newPassword, setNewPassword] = useState('');
  const phoneCode = usePhoneCode((input) => post(RequestPasswordResetDocument, { input }));
  const resetting = useSubmission();
  const { errorAt, edited } = useAccountFieldErrors(resetting.failure);
  /** Its failure is shown. */
  const [latest, setLatest] = useState<'sending' | 'resetting'>('sending');

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setLatest('resetting');
    await resetting.submit(async () => {
      const deviceId = browserDeviceId();
      const { phone, code } = phoneCode;
      const reset = await post(ResetPasswordDocument, { input: { phone, code, newPassword, deviceId } });
      const input = { username: reset.resetPassword.login, password: newPassword, deviceId };
      // The password is set even if this login fails.
      await session.signIn(async () => (await post(LoginDocument, { input })).login).catch(() => {});
      // Which asks for the second factor, or leads on.
      await navigate('/sign-in');
    });
  };
  const { failure } = latest === 'sending' ? phoneCode : resetting;
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        {failure && !(latest === 'resetting' && isFieldError(failure) && failure.field !== 'phone') && (
          <FailureAlert failure={failure} />
        )}
        <PhoneCodeFields
          value={phoneCode}
          sent={(phone) => t('signIn.forgot.sent', { phone })}
          onSend={() => {
            setLatest('sending');
            void phoneCode.send();
          }}
        />
        <NewPasswordField
          label={t('signIn.forgot.newPassword')}
          value={newPassword}
          error={errorAt('newPassword')}
          onEdit={(password) => {
            edited('newPassword');
            setNewPassword(password);
          }}
        />
        <Button type="submit" loading={resetting.pending} fullWidth mt="xs">
          {t('signIn.forgot.submit')}
        </Button>
      </Stack>
    </form>
  );
}
