import {
  DEFAULT_TIMEOUT_MS,
  type SmsMessage,
  type SmsOptions,
  type SmsReceipt,
  type SmsSender,
} from '../../captchas/sms-sender.js';
import type { AliyunSettings } from '../../config.js';
import { failed, faultName, isName, newReceipt, throttled, unavailable } from './outcome.js';

/** The limit per number was reached, by default 1 a minute and 5 an hour: https://help.aliyun.com/document_detail/101346.html */
const numberLimitReached = 'isv.BUSINESS_LIMIT_CONTROL';

/** Sends by template through Alibaba Cloud SMS (dysmsapi 2017-05-25, `SendSms`), with one attempt per message. */
export class AliyunSender implements SmsSender {
  private readonly timeoutMs: number;
  private api: ReturnType<typeof connect> | undefined;

  constructor(
    private readonly settings: AliyunSettings,
    { timeoutMs = DEFAULT_TIMEOUT_MS }: SmsOptions = {},
  ) {
    this.timeoutMs = timeoutMs;
  }

  async send(message: SmsMessage): Promise<SmsReceipt> {
    const response = await this.call(message);
    if (response?.code === numberLimitReached) throw throttled();
    if (response?.code !== 'OK') {
      throw unavailable(`aliyun: ${isName(response?.code) ? response.code : 'malformed response'}`);
    }
    const generated = newReceipt();
    return { requestId: response.requestId ?? generated.requestId, bizId: response.bizId ?? generated.bizId };
  }

  private async call({ to, code }: SmsMessage) {
    try {
      this.api ??= connect(this.settings, this.timeoutMs);
      const { client, SendSmsRequest } = await this.api;
      const request = new SendSmsRequest({
        phoneNumbers: aliyunNumber(to),
        signName: this.settings.signName,
        templateCode: this.settings.templateCode,
        templateParam: JSON.stringify({ code }),
      });
      const { body } = await Promise.race([deadline(this.timeoutMs), client.sendSms(request)]);
      return body;
    } catch (fault) {
      throw faultName(fault) === numberLimitReached ? throttled() : failed('aliyun', fault);
    }
  }
}

/** The SDK takes a third of a second and 40 MB to load, so it is loaded with the first message. */
async function connect(settings: AliyunSettings, timeoutMs: number) {
  const [{ default: sms }, { default: core }] = await Promise.all([
    import('@alicloud/dysmsapi20170525'),
    import('@alicloud/openapi-core'),
  ]);
  const { endpoint, accessKeyId, accessKeySecret } = settings;
  const url = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`);
  const config = new core.$OpenApiUtil.Config({
    accessKeyId,
    accessKeySecret,
    protocol: url.protocol.replace(':', ''),
    endpoint: url.host,
    connectTimeout: timeoutMs,
    readTimeout: timeoutMs,
  });
  return { client: new sms.default(config), SendSmsRequest: sms.SendSmsRequest };
}

/**
 * The SDK's own timeouts free its socket but do not bound the call: connecting and reading have separate timeouts, and
 * on a reused socket the timer of one request stops that of the next.
 */
function deadline(timeoutMs: number): Promise<never> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** Aliyun takes mainland numbers without their country code, all others with it, and none with a plus. */
function aliyunNumber(e164: string): string {
  return e164.replace(/^\+(86)?/, '');
}
