import type { Database } from '../database/database.js';
import { StartError } from '../errors.js';
import { type Health, HealthComponent } from '../health/health.js';
import type { RedisClient } from '../redis/client.js';
import { probeCluster } from '../redis/probe.js';
import { problemOf } from '../redis/problem.js';
import { compareClocks, readDatabaseTime } from './clocks.js';
import { type NodeInfo, OwnNode } from './node-info.js';
import { NodeRegistry, type Renewal } from './node-registry.js';
import { differencesOf, type Fingerprints } from './node-settings.js';

const RENEW_MS = 5000;
const FLEET_KEY = 'gatehouse:fleet';

export interface FleetOptions {
  readonly client: RedisClient;
  readonly db: Database;
  readonly fleetId: string;
  readonly settings: Fingerprints;
  /** Called when the number of nodes may have changed. */
  onNodes(count: number): void;
  /** Called with what the operator should know. */
  warn(sentence: string): void;
  /** Learns whether Redis works, and whether the clock of this host is right. */
  readonly health: Health;
}

/** The membership of a node that has joined. */
export interface Membership {
  /** As of the latest renewal. */
  readonly otherNodes: readonly NodeInfo[];
  /** Whether each of them runs a version that has this setting. */
  everyNodeKnows(setting: string): boolean;
  leave(): Promise<void>;
}

/**
 * Joins the nodes that share a Redis and a database.
 * @throws StartError if Redis has the data of another fleet, or if clocks or settings differ from those of the others.
 */
export async function joinFleet(options: FleetOptions): Promise<Membership> {
  const { client, db, fleetId, settings, onNodes, warn, health } = options;
  await claim(client, fleetId);
  let latest: Renewal = { now: 0, others: [], nodes: [] };
  const registry = new NodeRegistry(client, settings, new OwnNode(health));
  try {
    const { result: renewal, problem } = await compareClocks('Redis', () => registry.renew());
    const database = await compareClocks('PostgreSQL', () => readDatabaseTime(db));
    const clockProblem = problem ?? database.problem;
    if (clockProblem !== null) throw new StartError(clockProblem);
    compareSettings(settings, renewal, warn);
    onNodes(renewal.others.length + 1);
    latest = renewal;
  } catch (error) {
    await registry.leave();
    throw error;
  }
  let hasLeft = false;
  const fail = (error: unknown) => {
    if (!hasLeft) health.degrade(HealthComponent.REDIS, problemOf(error), error);
  };
  const renew = async () => {
    try {
      // Again, since Redis may have lost it.
      await claim(client, fleetId);
      const { result: renewal, problem } = await compareClocks('Redis', () =>
        health.measure(HealthComponent.REDIS, () => registry.renew()),
      );
      onNodes(renewal.others.length + 1);
      latest = renewal;
      await probeCluster(client);
      health.recover(HealthComponent.REDIS);
      if (problem === null) health.recover(HealthComponent.CLOCK);
      else health.degrade(HealthComponent.CLOCK, problem);
    } catch (error) {
      fail(error);
    }
  };
  let renewal: Promise<void> | null = null;
  const renewOnce = () => {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
  };
  const timer = setInterval(renewOnce, RENEW_MS);
  client.on('ready', renewOnce);
  client.on('close', fail);
  return {
    get otherNodes() {
      return latest.nodes;
    },
    everyNodeKnows: (setting) => latest.others.every((settings) => setting in settings),
    async leave() {
      hasLeft = true;
      clearInterval(timer);
      client.off('ready', renewOnce);
      // It would add this node again.
      await renewal;
      // The others forget a node that cannot say so.
      await registry.leave().catch(() => {});
    },
  };
}

async function claim(client: RedisClient, fleetId: string): Promise<void> {
  await client.set(FLEET_KEY, fleetId, 'NX');
  if ((await client.get(FLEET_KEY)) === fleetId) return;
  throw new StartError(
    'Redis has the data of another fleet: REDIS_URL must name a database of its own for each fleet, and the same one ' +
      'on all nodes.',
  );
}

function compareSettings(own: Fingerprints, { others }: Renewal, warn: FleetOptions['warn']): void {
  const differences = others.map((other) => differencesOf(own, other));
  const required = new Set(differences.flatMap((one) => one.required));
  if (required.has('DATA_DIR')) {
    throw new StartError(
      'DATA_DIR must be a folder that all nodes of a fleet share, unless STORAGE_URL keeps packages in S3.',
    );
  }
  if (required.size > 0) {
    throw new StartError(`${[...required].join(' and ')} must be the same on all nodes of a fleet.`);
  }
  const differing = new Set(differences.flatMap((one) => one.others));
  if (differing.size > 0) {
    warn(`Nodes differ in ${[...differing].join(' and ')}, so that answers depend on the node.`);
  }
}
