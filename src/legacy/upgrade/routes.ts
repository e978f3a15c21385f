import { z } from 'zod';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { Dialect, Handler } from '../dialect.js';
import { firstMissing, phoneField } from '../fields.js';
import { upgradeDoor } from './door.js';
import { fail, failed, ok, SendingLimited } from './envelope.js';
import { heartbeat } from './heartbeat.js';
import { presentUser } from './present.js';
import { checkVersion, upload } from './releases.js';

const Recipient = z.object({ account: phoneField });
const Proof = z.object({ account: phoneField, code: z.string() });

const accountMissing = { account: '手机号不能为空' };
const proofMissing = { ...accountMissing, code: '验证码不能为空' };

export const upgrade: Dialect = {
  door: upgradeDoor,
  fail,
  folder: '/api',
  routes: (services) => ({
    '/api/user/sendCode': sendCode(services),
    '/api/user/verifyCode': verifyCode(services),
    '/api/upgrade/checkVersion': checkVersion(services),
    '/api/heart/check': heartbeat(services),
  }),
  uploads: (services) => ({ '/api/upgrade/upload': upload(services) }),
};

const sendCode =
  ({ captchas }: Services): Handler =>
  async ({ parameters, client }) => {
    const message = firstMissing(parameters, accountMissing);
    if (message !== undefined) return failed(400, message);
    const { account } = read(Recipient, parameters);
    // The document names no device: whoever has the phone may answer from any.
    const { requestId, bizId } = await captchas.sendSms(account, null, client).catch(rethrowLimit);
    return ok({ Message: 'OK', RequestId: requestId, Code: 'OK', BizId: bizId }, '发送成功');
  };

const verifyCode =
  ({ logins }: Services): Handler =>
  async ({ parameters, client }) => {
    const message = firstMissing(parameters, proofMissing);
    if (message !== undefined) return failed(400, message);
    const { account: mobile, code } = read(Proof, parameters);
    const { accessToken, user } = await logins.withPhone(
      { mobile, code, deviceId: null },
      client,
      upgradeDoor,
      {
        opensAccount: true,
      },
    );
    return ok({ ...presentUser(user), token: `Bearer ${accessToken}` }, '登录成功！');
  };

function read<T>(schema: z.ZodType<T>, parameters: unknown): T {
  const input = schema.safeParse(parameters);
  if (!input.success) throw new DomainError('INVALID_INPUT', 'A parameter is of the wrong type.');
  return input.data;
}

function rethrowLimit(error: unknown): never {
  throw error instanceof DomainError && error.code === 'THROTTLED' ? new SendingLimited(error) : error;
}
