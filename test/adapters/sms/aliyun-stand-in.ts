import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { baseUrl } from './base-url.js';

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

/** Encodes as RFC 3986 requires; `encodeURIComponent` leaves five more characters unencoded. */
const percentEncode = (value: string) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

interface AliyunKey {
  accessKeyId: string;
  accessKeySecret: string;
}

/**
 * Alibaba Cloud's signature V3 of a request as it was received, in hexadecimal.
 * https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 * @param request.headers the signed headers in their signed order.
 */
export function signatureV3(
  request: { method: string; url: string; headers: (readonly [string, string])[]; body: string },
  secret: string,
): string {
  const url = new URL(request.url, 'http://localhost');
  const query = [...url.searchParams].map((pair) => pair.map(percentEncode).join('=')).sort();
  const headers = request.headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const names = request.headers.map(([name]) => name).join(';');
  const parts = [request.method, url.pathname, query.join('&'), headers, names, sha256(request.body)];
  const canonical = sha256(parts.join('\n'));
  return createHmac('sha256', secret).update(`ACS3-HMAC-SHA256\n${canonical}`).digest('hex');
}

/** @returns the error code that the service answers with, or null for a valid signature. */
function signatureFault(request: IncomingMessage, body: string, key: AliyunKey, nonces: Set<string>) {
  const header = (name: string) => [request.headers[name]].flat().join(',').trim();
  const [, id, signed = '', signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    ) ?? [];
  if (id === undefined) return 'IncompleteSignature';
  if (id !== key.accessKeyId) return 'InvalidAccessKeyId.NotFound';

  const mustBeSigned = Object.keys(request.headers).filter((name) =>
    /^(x-acs-.*|host|content-type)$/.test(name),
  );
  if (signed !== mustBeSigned.sort().join(';')) return 'IncompleteSignature';
  if (header('x-acs-content-sha256') !== sha256(body)) return 'InvalidContentHash';
  if (Math.abs(Date.now() - Date.parse(header('x-acs-date'))) > 15 * 60_000)
    return 'InvalidTimeStamp.Expired';
  if (nonces.has(header('x-acs-signature-nonce'))) return 'SignatureNonceUsed';
  nonces.add(header('x-acs-signature-nonce'));

  const headers = mustBeSigned.map((name) => [name, header(name)] as const);
  const { method = '', url = '' } = request;
  const expected = signatureV3({ method, url, headers, body }, key.accessKeySecret);
  return signature === expected ? null : 'SignatureDoesNotMatch';
}

/** The answer to a validly signed request; `hang` sends none, and `stall` sends half of one. */
export type AliyunAnswer = { status: number; body: string } | 'hang' | 'stall';

/** A local fake of `SendSms`. It records every request and answers OK by default. */
export async function startAliyun(key: AliyunKey) {
  const requests: {
    action: unknown;
    version: unknown;
    fault: string | null;
    parameters: Record<string, string>;
  }[] = [];
  const nonces = new Set<string>();
  const state = { answer: undefined as AliyunAnswer | undefined };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const fault = signatureFault(request, body, key, nonces);
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const { 'x-acs-action': action, 'x-acs-version': version } = request.headers;
    requests.push({ action, version, fault, parameters: Object.fromEntries(searchParams) });
    const RequestId = randomUUID().toUpperCase();
    response.setHeader('content-type', 'application/json;charset=utf-8');
    if (fault) {
      response.statusCode = fault === 'InvalidAccessKeyId.NotFound' ? 404 : 400;
      response.end(
        JSON.stringify({ Code: fault, Message: 'Specified signature is not matched.', RequestId }),
      );
    } else if (state.answer === undefined) {
      response.end(JSON.stringify({ Code: 'OK', Message: 'OK', BizId: '910223398032968639^0', RequestId }));
    } else if (state.answer === 'stall') {
      response.write('{"Code":"O');
    } else if (state.answer !== 'hang') {
      response.statusCode = state.answer.status;
      response.end(state.answer.body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: baseUrl(server),
    requests,
    answerWith(answer: AliyunAnswer) {
      state.answer = answer;
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
