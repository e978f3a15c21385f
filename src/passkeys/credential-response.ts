import { z } from 'zod';
import { DomainError } from '../errors.js';

/** https://www.w3.org/TR/webauthn-3/#credential-id: at most 1023 bytes, in base64url. */
const MAX_ID_LENGTH = 1364;
const MAX_CLIENT_DATA_LENGTH = 4096;
/** The largest answer, a new RSA key of 4096 bits with the longest id, takes 2500. */
const MAX_BINARY_LENGTH = 4096;
/** 64 bytes. */
const MAX_USER_HANDLE_LENGTH = 86;
const MAX_TRANSPORTS = 10;
/** https://www.w3.org/TR/webauthn-3/#enum-transport; browsers may add others. */
const TRANSPORT = /^[a-z-]{1,32}$/;

const base64url = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\w-]+$/, `must be base64url of at most ${maxLength} characters`);

/** What both kinds of answers consist of. Further fields, such as the results of extensions, are ignored. */
const credential = { id: base64url(MAX_ID_LENGTH), type: z.literal('public-key', 'must be public-key') };
const clientDataJSON = base64url(MAX_CLIENT_DATA_LENGTH);

const Registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON,
    attestationObject: base64url(MAX_BINARY_LENGTH),
    transports: z
      .array(z.string().regex(TRANSPORT, 'must be a transport such as usb'))
      .max(MAX_TRANSPORTS)
      .default([]),
  }),
});

const Assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON,
    authenticatorData: base64url(MAX_BINARY_LENGTH),
    signature: base64url(MAX_BINARY_LENGTH),
    userHandle: base64url(MAX_USER_HANDLE_LENGTH).nullish(),
  }),
});

/** The answer of an authenticator that has created a key. */
export type RegistrationResponse = z.output<typeof Registration>;
/** The answer of an authenticator that has signed a challenge. */
export type AssertionResponse = z.output<typeof Assertion>;

const ClientData = z.object({
  type: z.string(),
  challenge: z.string().max(MAX_CLIENT_DATA_LENGTH),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

/** What the browser says about the page: https://www.w3.org/TR/webauthn-3/#dictionary-client-data */
export type ClientData = z.output<typeof ClientData>;

/** @param input as `PublicKeyCredential.toJSON()` returns it. @throws DomainError INVALID_INPUT */
export const readRegistration = (input: unknown): RegistrationResponse => read(Registration, input);

/** @param input as `PublicKeyCredential.toJSON()` returns it. @throws DomainError INVALID_INPUT */
export const readAssertion = (input: unknown): AssertionResponse => read(Assertion, input);

/** @throws DomainError INVALID_INPUT */
export function readClientData({ response }: { response: { clientDataJSON: string } }): ClientData {
  const bytes = Buffer.from(response.clientDataJSON, 'base64url');
  const json = decoded('clientDataJSON', 'JSON of the browser', () => JSON.parse(bytes.toString('utf8')));
  const { data } = ClientData.safeParse(json);
  if (data) return data;
  throw invalidCredential('response.clientDataJSON must be the JSON of the browser');
}

/**
 * Decodes a part of a response.
 * @param form what it must be.
 * @throws DomainError INVALID_INPUT naming the part, whatever `decode` throws
 */
export function decoded<T>(part: string, form: string, decode: () => T): T {
  try {
    return decode();
  } catch {
    throw invalidCredential(`response.${part} must be the ${form}`);
  }
}

function read<T>(shape: z.ZodType<T>, input: unknown): T {
  const { data, error } = shape.safeParse(input);
  if (data) return data;
  const [issue] = error?.issues ?? [];
  const path = issue?.path.join('.') ?? '';
  throw invalidCredential(`${path} ${ruleOf(issue)}`.trimStart());
}

const ruleOf = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue?.code === 'too_big')
    return `must be at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
  if (issue?.code === 'invalid_type')
    return `must be ${issue.expected === 'object' ? 'an object' : `a ${issue.expected}`}`;
  return issue?.message ?? 'is invalid';
};

/** @param problem begins with the path of what is wrong. */
const invalidCredential = (problem: string) =>
  new DomainError('INVALID_INPUT', `credential.${problem}.`, { field: 'credential' });
