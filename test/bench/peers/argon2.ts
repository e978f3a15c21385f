/** @node-rs/argon2 alone, with the parameters of the gateway: what a password login cannot be faster than. */
import { hash, verify } from '@node-rs/argon2';
import type { Peer } from '../support/servers/host.ts';

interface Options {
  readonly password: string;
  readonly parameters: object;
  readonly concurrency: number;
}

export async function start({ password, parameters, concurrency }: Options): Promise<Peer> {
  const stored = await hash(password, parameters);
  return {
    url: '',
    answers: {
      /** Verifies the password so often. */
      async verify(count) {
        let left = Number(count);
        const work = async () => {
          while (left-- > 0) await verify(stored, password);
        };
        await Promise.all(Array.from({ length: concurrency }, work));
      },
    },
  };
}
