import { type FormEvent, useEffect, useState } from 'react';
import type { Session } from './session.js';

/** Who is signed in, or the form for it. */
export function SignIn({ session }: { readonly session: Session }) {
  const [user, setUser] = useState<string | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    session.user().then(setUser, () => {});
  }, [session]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      await session.signIn(String(form.get('username')), String(form.get('password')));
      setProblem('');
      setUser(await session.user());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  async function leave() {
    await session.signOut();
    setUser(null);
  }

  if (user !== null)
    return (
      <div className="who">
        <span>
          Signed in as <strong>{user}</strong>
        </span>
        <button type="button" onClick={leave}>
          Sign out
        </button>
      </div>
    );
  return (
    <form className="who" onSubmit={submit}>
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
      {problem && <span role="alert">{problem}</span>}
    </form>
  );
}
