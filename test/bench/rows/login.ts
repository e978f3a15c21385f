import { hash } from '@node-rs/argon2';
import { withClient } from '../../support/database.ts';
import { compare } from '../support/load/compare.ts';
import { Connection, load, request } from '../support/load/http-load.ts';
import { cpuOf } from '../support/load/http-row.ts';
import { waitsWhile } from '../support/load/waits.ts';
import { GATEHOUSE } from '../support/report/figure.ts';
import { percentile } from '../support/report/statistics.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer } from '../support/servers/server.ts';

const PASSWORD = 'correct horse';
/** As `src/users/passwords/password-hash.ts`. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const ACCOUNTS = 200;
const CONCURRENCY = 8;
/** Logins before the measurement, for the compiler of JavaScript: a turn has too few for it. */
const WARM_UPS = 1000;

const loginRequest = (url: string, username: string): Buffer => {
  const query = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
  const body = JSON.stringify({ query, variables: { input: { username, password: PASSWORD } } });
  return request(`${url}/graphql`, { headers: { 'Content-Type': 'application/json' }, body });
};

export const login: Row = {
  name: 'login',
  description: 'A login with a password, beside argon2 alone; and what other requests wait meanwhile.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const { server } = gateway;
    const members = await gateway.addMembers(ACCOUNTS);
    const stored = await hash(PASSWORD, PARAMETERS);
    await withClient(gateway.databaseUrl, (client) =>
      client.query('update users set password_hash = $1', [stored]),
    );
    await using argon2 = await startPeer('argon2.ts', {
      password: PASSWORD,
      parameters: PARAMETERS,
      concurrency: CONCURRENCY,
    });
    const next = (index: number) => loginRequest(server.url, members[index % ACCOUNTS]?.username ?? '');
    const count = scaled(profile, 100, 4);
    await load(server.url, scaled(profile, WARM_UPS, 500), next);
    const samples = await compare(
      {
        argon2: () => cpuOf(argon2, count, async () => void (await argon2.ask('verify', count))),
        [GATEHOUSE]: () => cpuOf(server, count, () => load(server.url, count, next)),
      },
      { turns: profile.turns, warmUps: 1 },
    );
    // One login at a time keeps one of two cores busy.
    const waits = await waitsWhile(server.url, async () => {
      const connection = await Connection.open(server.url);
      for (let index = 0; index < count; index++) await connection.send(next(index));
      connection.close();
    });
    return [
      // Argon2 is at least nine tenths of a login.
      { work: 'a login with a password', unit: 'µs', samples, goal: { atMost: 1 / 0.9, times: 'argon2' } },
      {
        work: 'p99 of other requests during logins at half load',
        unit: 'ms',
        samples: { [GATEHOUSE]: [percentile(waits, 0.99)] },
        goal: { atMost: 20 },
      },
    ];
  },
};
