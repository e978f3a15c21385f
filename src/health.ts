import type { Clock } from './clock.js';

/** What the gateway can serve without, though not as usual. */
export enum HealthComponent {
  DATABASE = 'DATABASE',
  REDIS = 'REDIS',
  STORAGE = 'STORAGE',
  CLOCK = 'CLOCK',
}

/** A component that does not work as usual. */
export interface HealthProblem {
  readonly component: HealthComponent;
  /** A sentence for clients: without addresses and credentials. */
  readonly reason: string;
  readonly since: Date;
}

/** @param problem null once the component works again. @param cause of the problem, for the log. */
type HealthListener = (component: HealthComponent, problem: HealthProblem | null, cause?: unknown) => void;

/** What does not work as usual on this node. */
export class Health {
  readonly #problems = new Map<HealthComponent, HealthProblem>();

  /** @param onChange called once when a component stops working, and once when it works again. */
  constructor(
    private readonly clock: Clock,
    private readonly onChange: HealthListener = () => {},
  ) {}

  /** The oldest first. */
  get problems(): HealthProblem[] {
    return [...this.#problems.values()];
  }

  /** Reports that a component does not work. Later causes of the same problem are ignored. */
  degrade(component: HealthComponent, reason: string, cause?: unknown): void {
    if (this.#problems.has(component)) return;
    const problem = { component, reason, since: new Date(this.clock()) };
    this.#problems.set(component, problem);
    this.onChange(component, problem, cause);
  }

  /** Reports that a component works. */
  recover(component: HealthComponent): void {
    if (this.#problems.delete(component)) this.onChange(component, null);
  }
}
