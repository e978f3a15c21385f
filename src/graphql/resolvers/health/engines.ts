import type { Config } from '../../../config.js';
import { type ComponentStatus, HealthComponent } from '../../../health/health.js';
import type { Services } from '../../../services.js';
import { type Engine, EngineKind, EngineState } from './health.types.js';

const smsKinds: Record<Config['SMS']['provider'], EngineKind> = {
  outbox: EngineKind.SMS_OUTBOX,
  aliyun: EngineKind.SMS_ALIYUN,
  webhook: EngineKind.SMS_WEBHOOK,
};

/** What the node works with, by component. */
export function enginesOf({ config, health }: Pick<Services, 'config' | 'health'>): Engine[] {
  const database = config.DATABASE_URL === undefined ? EngineKind.EMBEDDED_POSTGRESQL : EngineKind.POSTGRESQL;
  const kinds: Partial<Record<HealthComponent, EngineKind>> = {
    DATABASE: database,
    ...(config.REDIS_URL ? { REDIS: EngineKind.REDIS } : {}),
    STORAGE: config.STORAGE.kind === 's3' ? EngineKind.S3 : EngineKind.DISK,
    SMS: smsKinds[config.SMS.provider],
  };
  return Object.values(HealthComponent).flatMap((component) => {
    const kind = kinds[component];
    return kind ? [toEngine(component, kind, health.statusOf(component))] : [];
  });
}

const toEngine = (
  component: HealthComponent,
  kind: EngineKind,
  { problem, since, latest }: ComponentStatus,
): Engine => ({
  component,
  kind,
  // A folder is not checked.
  state: stateOf(problem !== null, latest !== null || kind === EngineKind.DISK),
  since,
  latencyMs: latest?.tookMs ?? null,
  checkedAt: latest?.at ?? null,
});

function stateOf(isFailing: boolean, isUsed: boolean): EngineState {
  if (isFailing) return EngineState.FAILING;
  return isUsed ? EngineState.WORKING : EngineState.UNUSED;
}
