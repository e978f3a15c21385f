import { createHmac } from 'node:crypto';
import {
  DEFAULT_TIMEOUT_MS,
  type SmsMessage,
  type SmsOptions,
  type SmsReceipt,
  type SmsSender,
} from '../../captchas/sms-sender.js';
import type { Clock } from '../../clock.js';
import type { WebhookSettings } from '../../config.js';
import { failed, newReceipt, throttled, unavailable } from './outcome.js';

/**
 * POSTs `{to, code, text, at}` as JSON to the operator's URL, which answers 2xx for an accepted message and 429 for a
 * number that reached its limit. The receiver verifies the sender and the age of a request by two headers:
 *
 * - `X-Gatehouse-Timestamp`: Unix time in seconds
 * - `X-Gatehouse-Signature`: `sha256=` and the hexadecimal HMAC-SHA256 of `<timestamp>.<body>`
 */
export class WebhookSender implements SmsSender {
  private readonly now: Clock;
  private readonly timeoutMs: number;

  constructor(
    private readonly settings: WebhookSettings,
    { now = Date.now, timeoutMs = DEFAULT_TIMEOUT_MS }: SmsOptions = {},
  ) {
    this.now = now;
    this.timeoutMs = timeoutMs;
  }

  async send(message: SmsMessage): Promise<SmsReceipt> {
    const status = await this.post(message);
    if (status === 429) throw throttled();
    if (status < 200 || status > 299) throw unavailable(`webhook: HTTP ${status}`);
    return newReceipt();
  }

  private async post({ to, code, text }: SmsMessage): Promise<number> {
    const at = this.now();
    const timestamp = String(Math.floor(at / 1000));
    const body = JSON.stringify({ to, code, text, at: new Date(at).toISOString() });
    try {
      const response = await fetch(this.settings.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-gatehouse-timestamp': timestamp,
          'x-gatehouse-signature': sign(this.settings.secret, `${timestamp}.${body}`),
        },
        body,
        // A redirect would send the code to a host that the operator did not name.
        redirect: 'manual',
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      await response.body?.cancel();
      return response.status;
    } catch (fault) {
      throw failed('webhook', fault);
    }
  }
}

function sign(secret: string, text: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
}
