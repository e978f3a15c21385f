import type { Clock } from '../clock.js';

/** Parts without which the gateway still serves, with limits. */
export enum HealthComponent {
  DATABASE = 'DATABASE',
  REDIS = 'REDIS',
  STORAGE = 'STORAGE',
  SMS = 'SMS',
  CLOCK = 'CLOCK',
  DISK = 'DISK',
  JOBS = 'JOBS',
}

/** A component that does not work as usual. */
export interface HealthProblem {
  readonly component: HealthComponent;
  /** A sentence for clients: without addresses and credentials. */
  readonly reason: string;
  readonly since: Date;
}

/** The latest task of a component that was measured. */
interface Measurement {
  readonly at: Date;
  /** In milliseconds. */
  readonly tookMs: number;
}

/** How a component works. */
export interface ComponentStatus {
  /** Null if it works. */
  readonly problem: HealthProblem | null;
  /** When it stopped working or, if it works, when it started to, as far as this process knows. */
  readonly since: Date;
  /** Null before the first task that was measured. */
  readonly latest: Measurement | null;
  /** Measured tasks that failed, in total. */
  readonly failures: number;
}

/** @param problem null once the component works again. @param cause of the problem, for the log. */
type HealthListener = (component: HealthComponent, problem: HealthProblem | null, cause?: unknown) => void;

/** What does not work as usual on this node. */
export class Health {
  /** When this node started. */
  readonly startedAt: Date;
  /** Whether the gateway is stopping. It serves until it has stopped, but should get no further clients. */
  isStopping = false;
  readonly #problems = new Map<HealthComponent, HealthProblem>();
  readonly #recoveredAt = new Map<HealthComponent, Date>();
  readonly #latest = new Map<HealthComponent, Measurement>();
  readonly #failures = new Map<HealthComponent, number>();

  /** @param onChange called once when a component stops working, and once when it works again. */
  constructor(
    private readonly clock: Clock,
    private readonly onChange: HealthListener = () => {},
  ) {
    this.startedAt = this.#now();
  }

  /** The oldest first. */
  get problems(): HealthProblem[] {
    return [...this.#problems.values()];
  }

  statusOf(component: HealthComponent): ComponentStatus {
    const problem = this.#problems.get(component) ?? null;
    return {
      problem,
      since: problem?.since ?? this.#recoveredAt.get(component) ?? this.startedAt,
      latest: this.#latest.get(component) ?? null,
      failures: this.#failures.get(component) ?? 0,
    };
  }

  /** Reports that a component does not work. Later causes of the same problem are ignored. */
  degrade(component: HealthComponent, reason: string, cause?: unknown): void {
    if (this.#problems.has(component)) return;
    const problem = { component, reason, since: this.#now() };
    this.#problems.set(component, problem);
    this.onChange(component, problem, cause);
  }

  /** Reports that a component works. */
  recover(component: HealthComponent): void {
    if (!this.#problems.delete(component)) return;
    this.#recoveredAt.set(component, this.#now());
    this.onChange(component, null);
  }

  /** Measures a task of a component. Whether it works is reported apart. @throws the error of the task */
  async measure<T>(component: HealthComponent, task: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await task();
    } catch (error) {
      this.#failures.set(component, (this.#failures.get(component) ?? 0) + 1);
      throw error;
    } finally {
      this.#latest.set(component, { at: this.#now(), tookMs: performance.now() - startedAt });
    }
  }

  #now(): Date {
    return new Date(this.clock());
  }
}
