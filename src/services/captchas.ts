import { createSmsSender } from '../adapters/sms/index.js';
import { CaptchaStore } from '../captchas/captcha-store.js';
import { CaptchaTurns } from '../captchas/captcha-turns.js';
import { ImageCaptchas } from '../captchas/image-captchas.js';
import { ReportedSmsSender } from '../captchas/reported-sms-sender.js';
import { ScanStatuses } from '../captchas/scan-statuses.js';
import { ScanTickets } from '../captchas/scan-tickets.js';
import { SmsCodes } from '../captchas/sms-codes.js';
import type { Config } from '../config.js';
import { AddressLimit } from '../rate-limits/address-limit.js';
import { traceCalls } from '../tracing/trace-calls.js';
import type { Tracing } from '../tracing/tracing.js';
import type { Core } from './core.js';

/** Captchas, codes by SMS, and scan tickets. */
export function createCaptchas(core: Core) {
  const { config, db, clock, alarms, events, health, limiters, signer, throttle, tracing } = core;
  const fixedCode = config.CAPTCHA_FIXED_CODE;
  const limit = new AddressLimit(limiters, {
    name: 'captchas',
    perHour: config.CAPTCHAS_PER_ADDRESS,
    refusal: 'Too many captchas were requested from this address; try again later.',
  });
  const store = new CaptchaStore(db, signer, clock);
  const turns = new CaptchaTurns(limit);
  const sender = new ReportedSmsSender(smsSender(config, tracing), health);
  return {
    captchaTurns: turns,
    imageCaptchas: new ImageCaptchas(db, store, turns, fixedCode),
    smsCodes: new SmsCodes(db, store, sender, throttle, {
      fixedCode,
      countries: config.SMS_COUNTRIES,
      dailyBudget: config.SMS_DAILY_BUDGET,
    }),
    scanTickets: new ScanTickets(db, new ScanStatuses(db, events, alarms, clock), signer, turns, clock),
  };
}

/** The provider may be slow: its answer is awaited within a request. */
const smsSender = ({ SMS }: Config, tracing: Tracing | null) =>
  traceCalls(tracing, createSmsSender(SMS), {
    send: () => ({ name: `send SMS by ${SMS.provider}`, kind: 'client' }),
  });
