import { z } from 'zod';
import { commaList, doc, httpUrl, integer } from './setting-types.js';

export const captchas = {
  CAPTCHA_FIXED_CODE: z
    .string()
    .regex(/^[\da-z]{1,8}$/i, 'must be 1 to 8 digits or letters')
    .optional()
    .meta(
      doc(
        'The answer to every image and SMS captcha, for integration tests of clients. Requires a loopback `HOST`, and is refused with `NODE_ENV=production`.',
        'random answers',
      ),
    ),
  SMS_PROVIDER: z
    .enum(['outbox', 'aliyun', 'webhook'], 'must be outbox, aliyun or webhook')
    .optional()
    .meta(
      doc(
        '`outbox` appends messages to `outbox/sms.jsonl` in `DATA_DIR`, `aliyun` and `webhook` send them. Required with `NODE_ENV=production`.',
        '`outbox`',
      ),
    ),
  SMS_COUNTRIES: commaList
    .pipe(
      z
        .array(z.string().regex(/^\+\d{1,4}$/, 'must be country codes such as +86,+852'))
        .min(1, 'must name at least one country code'),
    )
    .prefault('+86')
    .meta(doc('Country codes of the numbers that codes may be sent to.')),
  SMS_DAILY_BUDGET: integer(1, 10_000_000)
    .prefault('10000')
    .meta(doc('Maximum number of SMS in 24 hours, over all phone numbers.')),
  ALIYUN_SMS_ENDPOINT: z
    .string()
    .prefault('https://dysmsapi.aliyuncs.com')
    .meta(doc('Endpoint of the Aliyun SMS API.')),
  ALIYUN_ACCESS_KEY_ID: z.string().optional().meta(doc('Access key id for `aliyun`.')),
  ALIYUN_ACCESS_KEY_SECRET: z.string().optional().meta(doc('Access key secret for `aliyun`.')),
  ALIYUN_SMS_SIGN_NAME: z.string().optional().meta(doc('Approved signature for `aliyun`, without its 【】.')),
  ALIYUN_SMS_TEMPLATE_CODE: z
    .string()
    .optional()
    .meta(doc('Approved template for `aliyun`, with the variable `code`.')),
  SMS_WEBHOOK_URL: httpUrl
    .optional()
    .meta(doc('URL for `webhook`, which receives `{to, code, text, at}` by POST.')),
  SMS_WEBHOOK_SECRET: z
    .string()
    .min(16, 'must be at least 16 characters')
    .optional()
    .meta(doc('Key of the HMAC in `X-Gatehouse-Signature` for `webhook`, at least 16 characters.')),
};
