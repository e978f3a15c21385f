import type { z } from 'zod';
import type { Actor } from '../audit/audit.js';
import type { DomainErrorCode } from '../errors.js';
import type { UploadForm } from '../http/multipart/form.js';
import type { Received } from '../releases/storage.js';
import type { Services } from '../services.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Caller, Client } from '../sessions/sessions.js';
import type { RequestParameters } from './request-parameters.js';

/** What goes over the wire. */
export interface LegacyResponse {
  readonly status: number;
  /** JSON, or bytes of `type`. */
  readonly body: object;
  readonly contentType?: string;
}

/** One request to a documented path. */
export interface LegacyRequest {
  /** Body and query, body first; not validated. */
  readonly parameters: RequestParameters;
  readonly client: Client;
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string;
  /** The caller of a token in any of the documented headers; null when there is none or it is not good. */
  caller(): Promise<Caller | null>;
  /** The token as it was sent; null when there is none. */
  readonly token: string | null;
}

/** @throws DomainError, which becomes the dialect's own failure. */
export type Handler = (request: LegacyRequest) => Promise<LegacyResponse>;

/** One upload to a documented path: its caller may publish, its body is not read yet. */
export interface LegacyUpload {
  readonly actor: Actor;
  readonly query: RequestParameters;
  /** @throws DomainError as `readFormOf` says. */
  form(): Promise<UploadForm<Received>>;
}

/** @throws DomainError, which becomes the dialect's own failure. */
export type UploadHandler = (upload: LegacyUpload) => Promise<LegacyResponse>;

/** A documented request with its answers; kept in the dialect's `samples.json`, and the tests hold us to it. */
export interface Sample {
  readonly request: object;
  /** By what each is an answer to. */
  readonly answers: Readonly<Record<string, object>>;
}

/** One documented path. `/openapi.json` and `/reference` show what is said here, and nothing else. */
export interface Route<Handler> {
  /** A line of English. */
  readonly summary: string;
  /** What validates the parameters. A field is required unless it is optional or has a default. */
  readonly parameters: z.ZodObject;
  /** Where the document shows the parameters; we take them in either. By default in the body. */
  readonly sentIn?: 'query';
  /** The header in which the document wants a token; absent where it wants none. */
  readonly token?: 'Authorization' | 'userToken';
  /** HTTP status of success; by default 200. */
  readonly status?: number;
  /** The type of an answer of bytes, where there is one beside those of the sample. */
  readonly binaryType?: string;
  readonly sample: Sample;
  /** Whether it is a heartbeat, which is counted, not logged. */
  readonly isHeartbeat?: true;
  /** What it refuses in words of its own, beside those of the dialect's table. */
  readonly failures?: readonly LegacyResponse[];
  readonly handler: (services: Services) => Handler;
}

/** Why a request failed: a refusal of the domain, or FAULT for everything unexpected. */
export type FailureCode = DomainErrorCode | 'FAULT';

/** One documented API: its paths, its sessions and its envelope for failures. */
export interface Dialect {
  readonly sessionPolicy: SessionPolicy;
  /** What it is, in a line of English. */
  readonly summary: string;
  /** Every documented path with what answers a POST to it. */
  readonly routes: Readonly<Record<string, Route<Handler>>>;
  /** Every documented path to which packages are sent. */
  readonly uploads?: Readonly<Record<string, Route<UploadHandler>>>;
  /** The failure envelope; also for a malformed body and a wrong method (INVALID_INPUT). */
  fail(code: FailureCode, error: Error): LegacyResponse;
  /** The folder of paths such as `/api` where it also answers what nobody documents; one dialect has one. */
  readonly catchAllPrefix?: string;
}
