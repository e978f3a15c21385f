import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { Failure } from '../../api/failure.js';

/** `name`: browsers refuse passkeys on a page that was opened by its IP address. */
export type PasskeySupport = 'supported' | 'name' | 'unsupported';

const IP_ADDRESS = /^(\d+\.){3}\d+$|^\[/;

/** Whether passkeys work in this browser, on this page. */
export function passkeySupport(): PasskeySupport {
  if (IP_ADDRESS.test(window.location.hostname)) return 'name';
  return typeof window.PublicKeyCredential === 'function' ? 'supported' : 'unsupported';
}

/** The address of this page by name, where the browser runs on the machine of the gateway; null elsewhere. */
export function localhostUrl(): string | null {
  const { hostname, port, pathname } = window.location;
  if (hostname !== '127.0.0.1' && hostname !== '[::1]') return null;
  return `http://localhost${port && `:${port}`}${pathname}`;
}

/** Loaded when the first passkey is used. */
const loadWebauthn = () => import('@simplewebauthn/browser');

/** Creates a passkey with options of the gateway. @returns its answer. @throws Failure */
export const createPasskey = (options: object): Promise<object> =>
  asked(async () => {
    const { startRegistration } = await loadWebauthn();
    return startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON });
  });

/** Lets a passkey answer the challenge in options of the gateway. @returns its answer. @throws Failure */
export const answerWithPasskey = (options: object): Promise<object> =>
  asked(async () => {
    const { startAuthentication } = await loadWebauthn();
    return startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
  });

/** By the name of the DOMException that the browser throws. */
const codes: Readonly<Record<string, string>> = {
  NotAllowedError: 'PASSKEY_CANCELLED',
  AbortError: 'PASSKEY_CANCELLED',
  InvalidStateError: 'PASSKEY_KNOWN',
  SecurityError: 'PASSKEY_ELSEWHERE',
};

async function asked(ask: () => Promise<object>): Promise<object> {
  try {
    return await ask();
  } catch (error) {
    const { name = '', message = '' } = error instanceof Error ? error : {};
    throw new Failure(codes[name] ?? 'PASSKEY_FAILED', message);
  }
}
