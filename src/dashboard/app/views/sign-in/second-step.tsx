import { Anchor, Button, Stack, Text } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Challenge } from '../../api/failure.js';
import { post } from '../../api/post.js';
import { FactorFields } from '../../domain/factors/factor-fields.js';
import { useFactorProof } from '../../domain/factors/use-factor-proof.js';
import { PasskeyButton } from '../../domain/passkeys/passkey-button.js';
import { provePasskey } from '../../domain/passkeys/prove-passkey.js';
import { CompleteLoginDocument, StartPasskeyProofDocument } from '../../generated/graphql.js';
import { useSession } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { useSubmission } from '../../ui/use-submission.js';

/** Asks for the second factor of a login. */
export function SecondStep({ challenge: { token, methods } }: { challenge: Challenge }) {
  const { t } = useTranslation();
  const session = useSession();
  const proof = useFactorProof(methods);
  const { submit, pending, failure } = useSubmission();
  const isOver = failure?.code === 'CHALLENGE_EXPIRED';
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    await submit(async () => {
      const input = { challenge: token, ...proof.input };
      session.open((await post(CompleteLoginDocument, { input })).completeLogin);
    });
  };
  const byPasskey = () =>
    submit(async () => {
      const started = await post(StartPasskeyProofDocument, { input: { challenge: token } });
      const input = { challenge: token, ...(await provePasskey(started)) };
      session.open((await post(CompleteLoginDocument, { input })).completeLogin);
    });
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('signIn.second.hint')}
        </Text>
        {failure && failure.code !== 'SECOND_FACTOR_WRONG' && <FailureAlert failure={failure} />}
        {!isOver && (
          <>
            {methods.includes('PASSKEY') && (
              <PasskeyButton label={t('passkeys.use')} pending={pending} onClick={() => void byPasskey()} />
            )}
            <FactorFields proof={proof} failure={failure} />
            <Button type="submit" loading={pending} fullWidth mt="xs">
              {t('signIn.submit')}
            </Button>
          </>
        )}
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="center"
          onClick={() => session.abandonChallenge()}
        >
          {t('signIn.second.back')}
        </Anchor>
      </Stack>
    </form>
  );
}
