import { z } from 'zod';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { Dialect } from '../dialect.js';
import { codeField, phoneField } from '../parameter-types.js';
import { authenticatedRoute, type Handler, route } from '../route.js';
import { fail, failure, failuresOf, ok, SmsThrottled, smsThrottled } from './envelope.js';
import { heartbeat, withHeartbeat } from './heartbeat.js';
import { presentUser } from './present.js';
import { checkVersion, PackageParameters, packageMissing, upload } from './releases.js';
import samples from './samples.json' with { type: 'json' };
import { upgradeSessionPolicy } from './session-policy.js';

const account = phoneField.describe('Phone.');
const CodeRequest = z.object({ account });
const CodeLogin = z.object({ account, code: codeField.describe('Code that was sent by SMS.') });
const NoParameters = z.object({});

const accountMissing = { account: failure(400, '手机号不能为空') };

export const upgrade: Dialect = {
  sessionPolicy: upgradeSessionPolicy,
  summary: 'Login by SMS code, upgrade packages and heartbeats.',
  fail,
  catchAllPrefix: '/api',
  routes: {
    '/api/user/sendCode': route({
      summary: 'Send a code by SMS.',
      parameters: CodeRequest,
      missing: accountMissing,
      sample: samples['/api/user/sendCode'],
      failures: [...failuresOf('phone'), smsThrottled()],
      handler: sendCode,
    }),
    '/api/user/verifyCode': route({
      summary:
        'Log in with a code. The first login of a phone creates its account. The token is valid for 24 hours.',
      parameters: CodeLogin,
      missing: { ...accountMissing, code: failure(400, '验证码不能为空') },
      sample: samples['/api/user/verifyCode'],
      failures: failuresOf('phone'),
      handler: verifyCode,
    }),
    '/api/upgrade/checkVersion': route({
      summary: 'Show the newest release. `version` is a string if the channel uses semantic versions.',
      parameters: NoParameters,
      sample: samples['/api/upgrade/checkVersion'],
      handler: checkVersion,
    }),
    '/api/heart/check': authenticatedRoute({
      summary: 'Send a heartbeat. The message of the response is the documented one.',
      parameters: NoParameters,
      token: 'Authorization',
      permission: 'devices:own',
      status: 201,
      sample: samples['/api/heart/check'],
      isHeartbeat: true,
      failures: failuresOf('deviceId'),
      sessionRead: withHeartbeat,
      handler: heartbeat,
    }),
  },
  uploads: {
    '/api/upgrade/upload': {
      summary: 'Publish a package. Requires the permission `releases:publish`.',
      parameters: PackageParameters,
      missing: packageMissing,
      token: 'Authorization',
      sample: samples['/api/upgrade/upload'],
      failures: ['version', 'file', 'sha256'].flatMap(failuresOf),
      handler: upload,
    },
  },
};

function sendCode({ smsCodes }: Services): Handler<typeof CodeRequest> {
  return async ({ account }, { client }) => {
    // The documented request names no device, so the code is valid on any.
    const { requestId, bizId } = await smsCodes.send(account, null, client).catch(rethrowThrottled);
    return ok({ Message: 'OK', RequestId: requestId, Code: 'OK', BizId: bizId }, '发送成功');
  };
}

function verifyCode({ phoneLogins }: Services): Handler<typeof CodeLogin> {
  return async ({ account: phone, code }, { client, identify }) => {
    const { accessToken, session, user } = await phoneLogins.login(
      { phone, code, deviceId: null },
      client,
      upgradeSessionPolicy,
      { createsAccount: true },
    );
    identify(session.id, user.id);
    return ok({ ...presentUser(user), token: `Bearer ${accessToken}` }, '登录成功！');
  };
}

function rethrowThrottled(error: unknown): never {
  throw error instanceof DomainError && error.code === 'THROTTLED' ? new SmsThrottled(error) : error;
}
