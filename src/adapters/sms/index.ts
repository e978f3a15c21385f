import type { SmsOptions, SmsSender } from '../../captchas/sms-sender.js';
import type { SmsSettings } from '../../config.js';
import { AliyunSender } from './aliyun.js';
import { OutboxSender } from './outbox.js';
import { WebhookSender } from './webhook.js';

/** The sender for the settings. It opens, loads and contacts nothing before the first message. */
export function createSmsSender(settings: SmsSettings, options: SmsOptions = {}): SmsSender {
  switch (settings.provider) {
    case 'outbox':
      return new OutboxSender(settings.dataDir, options);
    case 'aliyun':
      return new AliyunSender(settings, options);
    case 'webhook':
      return new WebhookSender(settings, options);
  }
}
