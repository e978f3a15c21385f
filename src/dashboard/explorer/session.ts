interface Auth {
  readonly accessToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly user: { readonly username: string | null; readonly phone: string | null };
}

interface Answer {
  readonly data?: Readonly<Record<string, Auth>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** So long before its end a token counts as ended: the request is under way meanwhile. */
const MARGIN_MS = 10_000;

const AUTH = 'accessToken expiresAt user { username phone }';

/** Who uses the explorer. The access token is in memory only; the refresh token is in the dashboard's cookie. */
export class Session {
  #auth: Promise<Auth | null>;

  constructor() {
    this.#auth = this.#refresh();
  }

  /** The name of whoever is signed in, here or in the dashboard. */
  async user(): Promise<string | null> {
    const auth = await this.#auth;
    return auth && (auth.user.username ?? auth.user.phone);
  }

  /** An access token that is good now; null for nobody. */
  async token(): Promise<string | null> {
    const auth = await this.#auth;
    if (auth && Date.parse(auth.expiresAt) - Date.now() < MARGIN_MS) this.#auth = this.#refresh();
    return (await this.#auth)?.accessToken ?? null;
  }

  /** @throws Error with what the gateway says. */
  async signIn(username: string, password: string): Promise<void> {
    const mutation = `mutation ($input: LoginInput!) { auth: login(input: $input) { ${AUTH} } }`;
    const { data, errors } = await ask(mutation, { input: { username, password } });
    const auth = data?.auth;
    if (!auth) throw new Error(refusal(errors));
    this.#auth = Promise.resolve(auth);
  }

  async signOut(): Promise<void> {
    await ask('mutation { logout }', {}, await this.token());
    this.#auth = Promise.resolve(null);
  }

  async #refresh(): Promise<Auth | null> {
    const { data } = await ask(`mutation { auth: refreshSession { ${AUTH} } }`);
    return data?.auth ?? null;
  }
}

const refusal = ([error]: Answer['errors'] & object = []): string =>
  error?.extensions?.code === 'CAPTCHA_REQUIRED'
    ? 'A captcha is asked for: sign in at the dashboard, then reload this page.'
    : (error?.message ?? 'The gateway did not answer.');

async function ask(query: string, variables = {}, token: string | null = null): Promise<Answer> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
