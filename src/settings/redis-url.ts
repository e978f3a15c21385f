import { z } from 'zod';
import { decode, parseParameters, parsePort, refuse } from './setting-url.js';

/** Where a server may be. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** A parsed `REDIS_URL`. */
export interface RedisUrl {
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly hosts: readonly RedisHost[];
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Whether connections are encrypted: `rediss://`. */
  readonly tls: boolean;
  /** The file of the authorities to trust, instead of those that Node trusts. */
  readonly ca: string | null;
  readonly isCluster: boolean;
  /** Null unless the hosts are sentinels. */
  readonly sentinel: Sentinel | null;
}

interface Sentinel {
  /** The name of the primary that the sentinels watch. */
  readonly primary: string;
  readonly username: string | null;
  readonly password: string | null;
}

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;

/** All other parameters are refused by name. */
const Parameters = z
  .strictObject({
    cluster: z.enum(['true', 'false'], 'must be true or false'),
    sentinel: z.string().min(1, 'must be the name of a primary'),
    sentinel_username: z.string(),
    sentinel_password: z.string(),
    ca: z.string().min(1, 'must be a file'),
  })
  .partial();

type Parameters = z.output<typeof Parameters>;

/** Scheme, authority, path and query. The password may contain what a URL would have to encode. */
const FORM = /^redis(s)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** @throws RangeError that says what the text must be, without quoting it: it may have a password. */
export function parseRedisUrl(text: string): RedisUrl {
  const [, tls, userInfo = '', authority = '', path = '', query = ''] =
    FORM.exec(text) ?? refuse('must be a redis:// or rediss:// URL');
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(userInfo) ?? [];
  const parameters = parseParameters(Parameters, query);
  const isCluster = parameters.cluster === 'true';
  const sentinel = sentinelOf(parameters);
  const defaultPort = sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
  const hosts = authority.split(',').map((item) => parseHost(item, defaultPort));
  const database = parseDatabase(path);
  if (isCluster && sentinel) refuse('must not have both parameters cluster and sentinel');
  if (hosts.length > 1 && !isCluster && !sentinel) {
    refuse('must have one host, or say what several hosts are: cluster=true, or sentinel=NAME');
  }
  if (isCluster && database !== 0) refuse('must have no database other than 0 in a cluster');
  if (parameters.ca !== undefined && !tls) refuse('must begin with rediss:// to use the parameter ca');
  return {
    hosts,
    username: decode(username) || null,
    password: decode(password) || null,
    database,
    tls: tls !== undefined,
    ca: parameters.ca ?? null,
    isCluster,
    sentinel,
  };
}

/** `host:port,host:port`, without credentials. */
export const redisName = ({ hosts }: Pick<RedisUrl, 'hosts'>): string =>
  hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');

function sentinelOf({ sentinel, sentinel_username, sentinel_password }: Parameters): Sentinel | null {
  if (sentinel !== undefined) {
    return { primary: sentinel, username: sentinel_username ?? null, password: sentinel_password ?? null };
  }
  if (sentinel_username === undefined && sentinel_password === undefined) return null;
  return refuse('must have the parameter sentinel, which sentinel_username and sentinel_password require');
}

/** `name`, `name:port`, `[address]:port` */
function parseHost(text: string, defaultPort: number): RedisHost {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ??
    refuse('must have hosts of the form name:port or [address]:port');
  const port = digits === undefined ? defaultPort : parsePort(digits);
  return { host: decode(bracketed ?? plain ?? ''), port };
}

function parseDatabase(path: string): number {
  if (!/^\d{0,5}$/.test(path)) refuse('must have the number of a database as its path');
  return Number(path);
}
