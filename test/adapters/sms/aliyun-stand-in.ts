import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { baseUrl } from './base-url.js';

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');

/** RFC 3986, as the specification asks; `encodeURIComponent` leaves five characters more. */
const percentEncode = (value: string) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

interface AliyunKey {
  accessKeyId: string;
  accessKeySecret: string;
}

/**
 * Alibaba Cloud's signature V3, in hexadecimal, from a request as it came over the wire.
 * https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 *
 * @param headers those that are signed, in the order in which they are
 */
export function signatureV3(
  request: { method: string; url: string; headers: (readonly [string, string])[]; body: string },
  secret: string,
): string {
  const url = new URL(request.url, 'http://stand-in');
  const query = [...url.searchParams].map((pair) => pair.map(percentEncode).join('=')).sort();
  const headers = request.headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const names = request.headers.map(([name]) => name).join(';');
  const parts = [request.method, url.pathname, query.join('&'), headers, names, sha256(request.body)];
  const canonical = sha256(parts.join('\n'));
  return createHmac('sha256', secret).update(`ACS3-HMAC-SHA256\n${canonical}`).digest('hex');
}

/** @returns the error code that the service would answer, or null when the request is signed as it should be */
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

/** What to answer to a rightly signed request; `hang` answers never, `stall` half. */
export type AliyunAnswer = { status: number; body: string } | 'hang' | 'stall';

/** A local stand-in for `SendSms`. It keeps every request it saw, and answers OK until told otherwise. */
export async function startAliyun(key: AliyunKey) {
  const seen: {
    action: unknown;
    version: unknown;
    fault: string | null;
    parameters: Record<string, string>;
  }[] = [];
  const nonces = new Set<string>();
  const stand = { answer: undefined as AliyunAnswer | undefined };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const fault = signatureFault(request, body, key, nonces);
    const { searchParams } = new URL(request.url ?? '', 'http://stand-in');
    const { 'x-acs-action': action, 'x-acs-version': version } = request.headers;
    seen.push({ action, version, fault, parameters: Object.fromEntries(searchParams) });
    const RequestId = randomUUID().toUpperCase();
    response.setHeader('content-type', 'application/json;charset=utf-8');
    if (fault) {
      response.statusCode = fault === 'InvalidAccessKeyId.NotFound' ? 404 : 400;
      response.end(
        JSON.stringify({ Code: fault, Message: 'Specified signature is not matched.', RequestId }),
      );
    } else if (stand.answer === undefined) {
      response.end(JSON.stringify({ Code: 'OK', Message: 'OK', BizId: '910223398032968639^0', RequestId }));
    } else if (stand.answer === 'stall') {
      response.write('{"Code":"O');
    } else if (stand.answer !== 'hang') {
      response.statusCode = stand.answer.status;
      response.end(stand.answer.body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: baseUrl(server),
    seen,
    willAnswer(answer: AliyunAnswer) {
      stand.answer = answer;
    },
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
