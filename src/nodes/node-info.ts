import { hostname } from 'node:os';
import { z } from 'zod';
import { gatewayVersion } from '../gateway-version.js';
import type { Health } from '../health/health.js';

/** What a node shows of itself. */
export interface NodeInfo {
  readonly host: string;
  readonly version: string;
  readonly startedAt: Date;
  /** The components that do not work as usual there. */
  readonly failing: readonly string[];
}

/** As nodes read it from each other. */
export const NodeInfoJson = z.object({
  host: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  failing: z.array(z.string()),
});

/** The current information of this process. */
export class OwnNode {
  readonly #fixed = { host: hostname(), version: gatewayVersion() };

  constructor(private readonly health: Health) {}

  get info(): NodeInfo {
    const { startedAt, problems } = this.health;
    return { ...this.#fixed, startedAt, failing: problems.map(({ component }) => component) };
  }
}
