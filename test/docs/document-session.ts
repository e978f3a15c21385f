import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { openFolder, startServer } from '../support/server.js';
import { Conversation } from './conversation.js';
import { Shell } from './shell.js';

/** How the documents address the gateway. That of a test listens on a free port. */
const SHOWN_HOSTS = ['127.0.0.1:8080', 'localhost:8080'];

/** The administrator of the documents. */
export const ADMINISTRATOR = { username: 'root', password: 'correct horse' };

/** What runs beside the terminal of a document. */
export interface Surroundings {
  /** What the document shows of them, such as an address, and what it is in the test. */
  readonly actual: ReadonlyMap<string, string>;
  /** The variables of the terminal. */
  readonly env: Readonly<Record<string, string>>;
  /** The `host:port` of a gateway and an access token of its administrator, for a document that sends operations. */
  readonly gateway?: { readonly host: string; readonly token: string };
  stop(): Promise<void>;
}

/** The set-up of a document: a terminal in a folder of its own, and what runs beside it. */
export class DocumentSession {
  #conversation: Conversation | null = null;
  readonly #shell: Shell;

  private constructor(
    private readonly folder: string,
    private readonly surroundings: Surroundings,
  ) {
    this.#shell = new Shell(folder, { HOME: folder, ...surroundings.env });
  }

  /** @param surround starts what runs beside the terminal, in its folder: by default, a gateway. */
  static async start(surround = runGateway): Promise<DocumentSession> {
    const folder = await openFolder();
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    return new DocumentSession(folder, await surround(folder));
  }

  /** Runs commands. @returns their standard output. */
  async run(commands: string): Promise<string> {
    return this.#toShown(await this.#shell.run(this.#toActual(commands)));
  }

  /** Runs commands that do not end. @returns reads their output so far. */
  async runInBackground(commands: string): Promise<() => Promise<string>> {
    const output = await this.#shell.runInBackground(this.#toActual(commands));
    return async () => this.#toShown(await output());
  }

  async save(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, this.#toActual(text));
  }

  /** Sends an operation as the administrator. @returns the response; the first event of a subscription. */
  async execute(query: string): Promise<unknown> {
    const { host, token } = this.#gateway;
    const authorization = `Bearer ${token}`;
    if (!query.trimStart().startsWith('subscription')) {
      return post(host, { query }, { authorization });
    }
    const client = createClient({
      url: `ws://${host}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    });
    for await (const event of client.iterate({ query })) return event;
    throw new Error('The subscription ended without an event.');
  }

  /** Continues the conversation of the document, or begins another one with `connection_init`. */
  async converse(text: string): Promise<void> {
    if (text.includes('connection_init') || !this.#conversation) {
      this.#conversation?.close();
      this.#conversation = await Conversation.open(this.#gateway.host);
    }
    await this.#conversation.follow(await this.#expand(text));
  }

  /** Replaces variables of the terminal; GraphQL variables are in lower case. */
  async #expand(text: string): Promise<string> {
    let expanded = text;
    for (const [reference] of text.matchAll(/\$[A-Z]+/g)) {
      expanded = expanded.replace(reference, await this.#shell.variable(reference.slice(1)));
    }
    return expanded;
  }

  async close(): Promise<void> {
    this.#conversation?.close();
    await this.#shell.close();
    await this.surroundings.stop();
    await rm(this.folder, { recursive: true });
  }

  get #gateway() {
    const { gateway } = this.surroundings;
    if (!gateway) throw new Error('No gateway runs beside this document.');
    return gateway;
  }

  #toActual(text: string): string {
    return [...this.surroundings.actual].reduce(
      (replaced, [shown, actual]) => replaced.replaceAll(shown, actual),
      text,
    );
  }

  #toShown(text: string): string {
    return [...this.surroundings.actual].reduce(
      (replaced, [shown, actual]) => replaced.replaceAll(actual, shown),
      text,
    );
  }
}

/** A gateway with an administrator and an embedded database. */
async function runGateway(folder: string): Promise<Surroundings> {
  const server = startServer({ DATA_DIR: join(folder, 'data') });
  const link = new URL(/http\S+token=\S+/.exec(await server.ready())?.[0] ?? '');
  return {
    actual: new Map(SHOWN_HOSTS.map((shown) => [shown, shown.replace('8080', link.port)])),
    env: { PORTS: link.port },
    gateway: { host: link.host, token: await createAdministrator(link) },
    async stop() {
      server.child.kill('SIGTERM');
      await server.ended;
    },
  };
}

/** Uses the set-up link as its page does, and signs in. @returns an access token. */
export async function createAdministrator({ host, searchParams }: URL): Promise<string> {
  const input = { token: searchParams.get('token'), ...ADMINISTRATOR };
  const setUp = `mutation ($input: CreateFirstAdministratorInput!) {
    createFirstAdministrator(input: $input) { user { id } }
  }`;
  await post(host, { query: setUp, variables: { input } });
  return signIn(host);
}

/** Signs the administrator in. @returns an access token. */
export async function signIn(host: string): Promise<string> {
  const login = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
  const { data } = await post(host, { query: login, variables: { input: ADMINISTRATOR } });
  return data.login.accessToken;
}

/** @returns the parsed response. */
export async function post(host: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`http://${host}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return JSON.parse(await response.text());
}
