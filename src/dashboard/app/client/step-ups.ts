import { createContext, useContext, useSyncExternalStore } from 'react';

/** A request of the gateway that the user proves again who they are. */
export interface StepUpRequest {
  /** With what, such as `TOTP` or `PASSWORD`; nothing if only a new sign-in helps. */
  readonly methods: readonly string[];
  /** Must be called once the user has proved it, or has cancelled. */
  readonly done: () => void;
}

/** Passes requests for a step-up on to the dialog that asks for it. */
export class StepUps {
  #current: StepUpRequest | null = null;
  #answered: Promise<void> | null = null;
  readonly #listeners = new Set<() => void>();

  /** Asks the user, once for concurrent requests. @returns once they have answered or cancelled. */
  ask(methods: readonly string[]): Promise<void> {
    this.#answered ??= new Promise((resolve) => {
      const done = () => {
        this.#answered = null;
        this.#set(null);
        resolve();
      };
      this.#set({ methods, done });
    });
    return this.#answered;
  }

  readonly getCurrent = (): StepUpRequest | null => this.#current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(request: StepUpRequest | null): void {
    this.#current = request;
    for (const listener of this.#listeners) listener();
  }
}

export const StepUpContext = createContext<StepUps | null>(null);

/** The request that the dialog asks the user about; null while it is closed. */
export function useStepUpRequest(): StepUpRequest | null {
  const stepUps = useContext(StepUpContext);
  if (!stepUps) throw new Error('useStepUpRequest needs a GatewayProvider.');
  return useSyncExternalStore(stepUps.subscribe, stepUps.getCurrent);
}
