import type { z } from 'zod';
import type { Actor } from '../audit/audit.js';
import type { DomainErrorCode } from '../errors.js';
import type { FormFile, UploadForm } from '../http/multipart/form.js';
import type { StagedPackage } from '../releases/storage.js';
import type { Services } from '../services.js';
import type { SessionPolicy } from '../sessions/session-policy.js';
import type { Client } from '../sessions/sessions.js';
import type { TokenHeader } from '../sessions/tokens/token-headers.js';
import type { RequestParameters } from './request-parameters.js';

/** Why a request failed: the code of a DomainError, or FAULT for an unexpected error. */
export type FailureCode = DomainErrorCode | 'FAULT';

/** One documented API: its paths, its session policy and its envelope. */
export interface Dialect {
  readonly sessionPolicy: SessionPolicy;
  /** One line of English for `/reference` and `/openapi.json`. */
  readonly summary: string;
  /** The documented paths that take parameters. Each path answers a POST. */
  readonly routes: Readonly<Record<string, Route>>;
  /** The documented paths that take a file. */
  readonly uploads?: Readonly<Record<string, UploadRoute>>;
  /** Wraps a failure in the envelope of the dialect: the code table of `envelope.ts`. */
  fail(code: FailureCode, error: Error): LegacyResponse;
  /** A prefix such as `/api` under which the dialect also answers undocumented paths. At most one dialect has one. */
  readonly catchAllPrefix?: string;
}

/** What a documented path declares about itself. `/reference` and `/openapi.json` show nothing else. */
export interface RouteDescription<Schema extends z.ZodObject = z.ZodObject> {
  /** One line of English. */
  readonly summary: string;
  /** Validates the parameters. A field is required unless it is optional or has a default. */
  readonly parameters: Schema;
  /** The failure for each required parameter that is absent, null or empty, in the order of the checks. */
  readonly missing?: MissingFailures<keyof Schema['shape']>;
  /** Failures of this path alone, besides `missing` and the code table of the dialect. */
  readonly failures?: readonly LegacyResponse[];
  /** Where the document shows the parameters: in the body by default. Both places are accepted. */
  readonly sentIn?: 'query';
  /** The documented header of the token; absent where no token is required. */
  readonly token?: TokenHeader;
  /** HTTP status of a success, 200 by default. */
  readonly status?: number;
  /** Content type of the responses that are not JSON. */
  readonly binaryType?: string;
  readonly sample: Sample;
  /** Heartbeats are counted in the log, not logged one by one. */
  readonly isHeartbeat?: true;
}

/** Failures by parameter name. */
export type MissingFailures<Name extends PropertyKey = string> = { readonly [name in Name]?: LegacyResponse };

/** A documented request with its responses, kept in `samples.json` and checked by the tests. */
export interface Sample {
  readonly request: object;
  /** The responses by the name of their case. */
  readonly answers: Readonly<Record<string, object>>;
}

/** A path that takes parameters; `route` and `authenticatedRoute` make one. */
export interface Route extends RouteDescription {
  /** @throws DomainError, which the dialect wraps in its envelope. */
  readonly handler: (services: Services) => (request: LegacyRequest) => Answer;
}

/** A promise, unless nothing had to be waited for. */
export type Answer = LegacyResponse | Promise<LegacyResponse>;

/** A path that takes a file. */
export interface UploadRoute extends RouteDescription {
  /** @throws DomainError, which the dialect wraps in its envelope. */
  readonly handler: (services: Services) => (upload: LegacyUpload) => Promise<LegacyResponse>;
}

/** A request to a path that takes parameters. */
export interface LegacyRequest {
  /** Parameters of body and query, not validated. The body takes precedence. */
  readonly parameters: RequestParameters;
  readonly client: Client;
  /** Base of absolute links, without a trailing slash. */
  readonly publicUrl: string;
  /** The token of the documented header, or else of another token header; null without one. */
  readonly token: string | null;
  /** Names the session that the request has used or opened, for the log. */
  identify(sessionId: string, userId: number): void;
}

/** A request to a path that takes a file. The caller may publish; the body is being received. */
export interface LegacyUpload {
  readonly actor: Actor;
  readonly query: RequestParameters;
  readonly form: UploadForm;
  /** Stores the file. The handler must publish or discard it. @throws DomainError like `receiveAuthorized`. */
  receive(file: FormFile): Promise<StagedPackage>;
}

/** The HTTP response of a legacy API. */
export interface LegacyResponse {
  readonly status: number;
  /** An object to send as JSON, or bytes of `contentType`. */
  readonly body: object;
  readonly contentType?: string;
  /** Why the request was refused, if a handler returned the refusal. */
  readonly failureCode?: FailureCode;
}
