import { DomainError } from '../errors.js';
import { type Health, HealthComponent } from '../health/health.js';
import type { SmsMessage, SmsReceipt, SmsSender } from './sms-sender.js';

/** A single number may be at fault. */
const FAILURES_IN_A_ROW = 3;

/** A sender that reports whether messages are accepted. */
export class ReportedSmsSender implements SmsSender {
  #failures = 0;

  constructor(
    private readonly sender: SmsSender,
    private readonly health: Health,
  ) {}

  async send(message: SmsMessage): Promise<SmsReceipt> {
    try {
      const receipt = await this.health.measure(HealthComponent.SMS, () => this.sender.send(message));
      this.#works();
      return receipt;
    } catch (error) {
      // The provider works where it limits a number.
      if (error instanceof DomainError && error.code === 'THROTTLED') this.#works();
      else this.#fails(error);
      throw error;
    }
  }

  #works(): void {
    this.#failures = 0;
    this.health.recover(HealthComponent.SMS);
  }

  #fails(cause: unknown): void {
    this.#failures += 1;
    if (this.#failures < FAILURES_IN_A_ROW) return;
    this.health.degrade(HealthComponent.SMS, 'The latest messages could not be sent.', cause);
  }
}
