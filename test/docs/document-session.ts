import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { openFolder, type Server, startServer } from '../support/server.js';
import { Conversation } from './conversation.js';
import { Shell } from './shell.js';

/** The address that the documents show. The gateway of a test listens on a free port. */
const SHOWN_HOST = '127.0.0.1:8080';

/** The administrator of the documents. */
export const ADMINISTRATOR = { username: 'root', password: 'correct horse' };

/** The set-up of a document: a running gateway with an administrator, and a terminal in the same folder. */
export class DocumentSession {
  #conversation: Conversation | null = null;

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    private readonly host: string,
    private readonly shell: Shell,
    private readonly token: string,
  ) {}

  static async start(): Promise<DocumentSession> {
    const folder = await openFolder();
    const server = startServer({ DATA_DIR: join(folder, 'data') });
    const link = new URL(/http\S+token=\S+/.exec(await server.ready())?.[0] ?? '');
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const token = await createAdministrator(link);
    const shell = new Shell(folder, { HOME: folder, PORTS: link.port });
    return new DocumentSession(folder, server, link.host, shell, token);
  }

  /** Runs commands. @returns their standard output. */
  async run(commands: string): Promise<string> {
    return this.#toShown(await this.shell.run(this.#toActual(commands)));
  }

  /** Runs commands that do not end. @returns reads their output so far. */
  async runInBackground(commands: string): Promise<() => Promise<string>> {
    const output = await this.shell.runInBackground(this.#toActual(commands));
    return async () => this.#toShown(await output());
  }

  async save(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, this.#toActual(text));
  }

  /** Sends an operation as the administrator. @returns the response; the first event of a subscription. */
  async execute(query: string): Promise<unknown> {
    const authorization = `Bearer ${this.token}`;
    if (!query.trimStart().startsWith('subscription')) {
      return post(this.host, { query }, { authorization });
    }
    const client = createClient({
      url: `ws://${this.host}/graphql`,
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
      this.#conversation = await Conversation.open(this.host);
    }
    await this.#conversation.follow(await this.#expand(text));
  }

  /** Replaces variables of the terminal; GraphQL variables are in lower case. */
  async #expand(text: string): Promise<string> {
    let expanded = text;
    for (const [reference] of text.matchAll(/\$[A-Z]+/g)) {
      expanded = expanded.replace(reference, await this.shell.variable(reference.slice(1)));
    }
    return expanded;
  }

  async close(): Promise<void> {
    this.#conversation?.close();
    await this.shell.close();
    this.server.child.kill('SIGTERM');
    await this.server.ended;
    await rm(this.folder, { recursive: true });
  }

  #toActual(text: string): string {
    return text.replaceAll(SHOWN_HOST, this.host);
  }

  #toShown(text: string): string {
    return text.replaceAll(this.host, SHOWN_HOST);
  }
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
