import { z } from 'zod';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { Dialect, Handler, LegacyResponse } from '../dialect.js';
import { firstMissing, phoneField } from '../parameter-types.js';
import { fail, failure, faults, ok, SendingLimited, sendingLimited } from './envelope.js';
import { heartbeat } from './heartbeat.js';
import { presentUser } from './present.js';
import { checkVersion, Package, packageMissing, upload } from './releases.js';
import samples from './samples.json' with { type: 'json' };
import { upgradeSessionPolicy } from './session-policy.js';

const account = phoneField.describe('The phone.');
const Recipient = z.object({ account });
const Proof = z.object({ account, code: z.string().describe('The code of the SMS.') });
const Nothing = z.object({});

const accountMissing = { account: '手机号不能为空' };
const proofMissing = { ...accountMissing, code: '验证码不能为空' };

export const upgrade: Dialect = {
  sessionPolicy: upgradeSessionPolicy,
  fail,
  catchAllPrefix: '/api',
  summary: 'Login by SMS code, upgrade packages and the heartbeat.',
  routes: {
    '/api/user/sendCode': {
      summary: 'Send a code by SMS.',
      parameters: Recipient,
      sample: samples['/api/user/sendCode'],
      failures: [...missing(accountMissing), ...faults('mobile'), sendingLimited()],
      handler: sendCode,
    },
    '/api/user/verifyCode': {
      summary:
        "Log in with the code; a number's first login opens its account. The token is good for 24 hours.",
      parameters: Proof,
      sample: samples['/api/user/verifyCode'],
      failures: [...missing(proofMissing), ...faults('mobile')],
      handler: verifyCode,
    },
    '/api/upgrade/checkVersion': {
      summary: 'The newest version. Its number is text where the channel counts in semantic versions.',
      parameters: Nothing,
      sample: samples['/api/upgrade/checkVersion'],
      handler: checkVersion,
    },
    '/api/heart/check': {
      summary: 'A heartbeat. The words of the answer are as documented.',
      parameters: Nothing,
      token: 'Authorization',
      status: 201,
      sample: samples['/api/heart/check'],
      isHeartbeat: true,
      handler: heartbeat,
    },
  },
  uploads: {
    '/api/upgrade/upload': {
      summary: 'Publish a package. Needs the permission releases:publish.',
      parameters: Package,
      token: 'Authorization',
      sample: samples['/api/upgrade/upload'],
      failures: [...missing(packageMissing), ...faults('version'), ...faults('file'), ...faults('sha256')],
      handler: upload,
    },
  },
};

function missing(messages: Readonly<Record<string, string>>): LegacyResponse[] {
  return Object.values(messages).map((message) => failure(400, message));
}

function sendCode({ captchas }: Services): Handler {
  return async ({ parameters, client }) => {
    const message = firstMissing(parameters, accountMissing);
    if (message !== undefined) return failure(400, message);
    const { account } = read(Recipient, parameters);
    // The document names no device: whoever has the phone may answer from any.
    const { requestId, bizId } = await captchas.sendSms(account, null, client).catch(rethrowLimit);
    return ok({ Message: 'OK', RequestId: requestId, Code: 'OK', BizId: bizId }, '发送成功');
  };
}

function verifyCode({ logins }: Services): Handler {
  return async ({ parameters, client }) => {
    const message = firstMissing(parameters, proofMissing);
    if (message !== undefined) return failure(400, message);
    const { account: mobile, code } = read(Proof, parameters);
    const { accessToken, user } = await logins.withPhone(
      { mobile, code, deviceId: null },
      client,
      upgradeSessionPolicy,
      {
        opensAccount: true,
      },
    );
    return ok({ ...presentUser(user), token: `Bearer ${accessToken}` }, '登录成功！');
  };
}

function read<T>(schema: z.ZodType<T>, parameters: unknown): T {
  const input = schema.safeParse(parameters);
  if (!input.success) throw new DomainError('INVALID_INPUT', 'A parameter is of the wrong type.');
  return input.data;
}

function rethrowLimit(error: unknown): never {
  throw error instanceof DomainError && error.code === 'THROTTLED' ? new SendingLimited(error) : error;
}
