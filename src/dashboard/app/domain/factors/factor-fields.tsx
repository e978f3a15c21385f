import { Anchor, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import type { FactorProof } from './use-factor-proof.js';

interface FactorFieldsProps {
  readonly proof: FactorProof;
  /** Of the latest attempt. */
  readonly failure: Failure | null;
}

/** A code of the authenticator app, or a recovery code instead. */
export function FactorFields({ proof, failure }: FactorFieldsProps) {
  const { t } = useTranslation();
  const { kind, code, setCode, change } = proof;
  // Another kind of code begins without the failure of the one before.
  const [dismissed, setDismissed] = useState<Failure | null>(null);
  const isWrong = failure?.code === 'SECOND_FACTOR_WRONG' && failure !== dismissed;
  const changeKind = () => {
    setDismissed(failure);
    change?.();
  };
  return (
    <>
      <TextInput
        key={kind}
        ref={focusOnMount}
        label={t(`factors.kinds.${kind}`)}
        description={t(`factors.hints.${kind}`)}
        inputMode={kind === 'TOTP' ? 'numeric' : 'text'}
        autoComplete={kind === 'TOTP' ? 'one-time-code' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        maxLength={kind === 'TOTP' ? 8 : 32}
        value={code}
        error={isWrong && t('ui.failures.SECOND_FACTOR_WRONG')}
        onChange={(event) => setCode(event.currentTarget.value)}
        data-autofocus
      />
      {change && (
        <Anchor component="button" type="button" size="sm" ta="start" onClick={changeKind}>
          {t(`factors.instead.${kind}`)}
        </Anchor>
      )}
    </>
  );
}
