import { AuditTail } from './audit-log/audit-tail.js';
import type { Config } from './config.js';
import { JobRuns } from './jobs/job-runs.js';
import { OwnNode } from './nodes/node-info.js';
import { ComplexityBudget } from './rate-limits/complexity-budget.js';
import { databaseTurns } from './rate-limits/database-turns.js';
import { createAccounts } from './services/accounts.js';
import { createCaptchas } from './services/captchas.js';
import { createCore, type Dependencies } from './services/core.js';
import { createDevices } from './services/devices.js';
import { createExports } from './services/exports.js';
import { createFactors } from './services/factors.js';
import { createLogins } from './services/logins.js';
import { createDeviceCredentials } from './services/machines.js';
import { createReleases } from './services/releases.js';
import { Tally } from './tally.js';

/** All services, for the APIs. */
export type Services = ReturnType<typeof createServices>;

/** Wires the services. Nothing is opened or started here. */
export function createServices(config: Config, dependencies: Dependencies) {
  const { db, clock, shared } = dependencies;
  const core = createCore(config, dependencies);
  const accounts = createAccounts(core, dependencies.sessionPolicies);
  const captchas = createCaptchas(core);
  const factors = createFactors(core, accounts);
  const devices = createDevices(core, accounts);
  const turns = databaseTurns();
  return {
    config,
    db,
    clock,
    alarms: core.alarms,
    events: core.events,
    jobLeases: shared.jobLeases,
    jobRuns: new JobRuns(clock),
    /** Requests that were refused before any API saw them, by reason. */
    shed: new Tally(['too_many_waiting', 'too_many_bodies', 'too_many_pipelined']),
    health: core.health,
    tracing: core.tracing,
    databaseTurns: turns,
    complexityBudget: new ComplexityBudget(core.limiters, config.GRAPHQL_COMPLEXITY_PER_MINUTE),
    ...accounts,
    ...captchas,
    ...factors,
    ...createLogins(core, { ...accounts, ...captchas, ...factors }, dependencies),
    ...devices,
    ...createExports(core, accounts, devices, turns),
    ...createDeviceCredentials(core, accounts),
    ...createReleases(core, dependencies.packageStorage),
    auditTail: new AuditTail(db),
    signingKeys: core.signer.keys,
    node: new OwnNode(core.health),
    otherNodes: shared.otherNodes,
  };
}
