import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { Failure } from '../app/api/failure.js';
import { post } from '../app/api/post.js';
import { displayName } from '../app/domain/display-name.js';
import { LoginDocument } from '../app/generated/graphql.js';
import { browserDeviceId } from '../app/session/device-id.js';
import type { BrowserSession } from '../app/session/session.js';

/** The signed-in user, or a form to sign in. */
export function SignIn({ session }: { readonly session: BrowserSession }) {
  const state = useSyncExternalStore(session.subscribe, session.getState);
  if (state.status === 'starting') return null;
  if (state.status !== 'signed-in') return <PasswordForm session={session} />;
  return (
    <div className="account">
      <span>
        Signed in as <strong>{displayName(state.auth.user)}</strong>
      </span>
      <button type="button" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </div>
  );
}

function PasswordForm({ session }: { readonly session: BrowserSession }) {
  const [error, setError] = useState('');

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [username, password] = [String(form.get('username')), String(form.get('password'))];
    try {
      const input = { username, password, deviceId: browserDeviceId() };
      session.open((await post(LoginDocument, { input })).login);
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      setError(textOf(cause));
    }
  }

  return (
    <form className="account" onSubmit={(event) => void submit(event)}>
      <input
        name="username"
        aria-label="Username or phone"
        placeholder="Username or phone"
        autoComplete="username"
        required
      />
      <input
        name="password"
        aria-label="Password"
        placeholder="Password"
        type="password"
        autoComplete="current-password"
        required
      />
      <button type="submit">Sign in</button>
      {error && <span role="alert">{error}</span>}
    </form>
  );
}

function textOf({ code, message }: Failure): string {
  if (code === 'NETWORK') return 'Cannot reach the gateway.';
  if (code === 'CAPTCHA_REQUIRED') return 'A captcha is required. Sign in on the dashboard.';
  return message;
}
