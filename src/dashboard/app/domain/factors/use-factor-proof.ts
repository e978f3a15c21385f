import { useState } from 'react';

type Kind = 'TOTP' | 'RECOVERY_CODE';

/** What someone enters to prove a second factor. */
export interface FactorProof {
  readonly kind: Kind;
  readonly code: string;
  readonly setCode: (code: string) => void;
  /** Asks for the other kind; null if the account has one only. */
  readonly change: (() => void) | null;
  /** For `completeLogin` and `stepUp`. */
  readonly input: { readonly totpCode: string } | { readonly recoveryCode: string };
}

/** @param methods what the account can prove a second factor with. */
export function useFactorProof(methods: readonly string[]): FactorProof {
  const [kind, setKind] = useState<Kind>(methods.includes('TOTP') ? 'TOTP' : 'RECOVERY_CODE');
  const [code, setCode] = useState('');
  const hasBoth = methods.includes('TOTP') && methods.includes('RECOVERY_CODE');
  const change = () => {
    setKind(kind === 'TOTP' ? 'RECOVERY_CODE' : 'TOTP');
    setCode('');
  };
  return {
    kind,
    code,
    setCode,
    change: hasBoth ? change : null,
    input: kind === 'TOTP' ? { totpCode: code } : { recoveryCode: code },
  };
}
