import { once } from 'node:events';
import { expect } from '@jest/globals';
import WebSocket from 'ws';
import { jsonPattern } from './pattern.js';

/**
 * A conversation over one WebSocket as docs/live-protocol.md shows it: `→` precedes what the client sends, `←` what it
 * receives, and `← close CODE REASON` is the end. A line without an arrow continues the one above.
 */
export class Conversation {
  readonly #received: string[] = [];
  #wake: () => void = () => {};

  private constructor(private readonly socket: WebSocket) {
    const add = (line: string) => {
      this.#received.push(line);
      this.#wake();
    };
    socket.on('message', (data) => add(String(data)));
    socket.on('close', (code, reason) => add(`close ${code} ${reason}`.trimEnd()));
  }

  /** @param host `host:port` */
  static async open(host: string): Promise<Conversation> {
    const socket = new WebSocket(`ws://${host}/graphql`, 'graphql-transport-ws');
    const conversation = new Conversation(socket);
    await once(socket, 'open');
    return conversation;
  }

  /** Sends what the text sends, and compares what it receives. */
  async follow(text: string): Promise<void> {
    for (const line of text.split(/\n(?=[→←])/)) {
      const [arrow, content] = [line.slice(0, 1), line.slice(1).trim()];
      if (arrow === '→') this.socket.send(content);
      else if (content.startsWith('close')) expect(await this.#next()).toBe(content);
      else expect(JSON.parse(await this.#next())).toEqual(jsonPattern(content));
    }
  }

  close(): void {
    this.socket.terminate();
  }

  async #next(): Promise<string> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift() ?? '';
  }
}
