import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import {
  type Span as ApiSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { DomainError } from '../errors.js';
import type { Attributes, Span, SpanContext, SpanOptions, Tracing } from './tracing.js';

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** Records spans with OpenTelemetry. Without its global state, so that a process can have several gateways. */
export class OpenTelemetry implements Tracing {
  readonly #current = new AsyncLocalStorage<Span>();

  constructor(private readonly tracer: Tracer) {}

  current(): SpanContext | null {
    return this.#current.getStore()?.context ?? null;
  }

  start(name: string, options: SpanOptions = {}): Span {
    const { parent = this.current(), isOptional = false } = options;
    return isOptional
      ? new OptionalSpan((startTime) => this.#start(name, options, parent, startTime))
      : this.#start(name, options, parent);
  }

  within<T>(span: Span, work: () => T): T {
    return this.#current.run(span, work);
  }

  run<T>(name: string, options: SpanOptions, work: (span: Span) => T): T {
    const span = this.start(name, options);
    return this.within(span, () => {
      try {
        const result = work(span);
        if (!types.isPromise(result)) span.end();
        else
          result.then(
            () => span.end(),
            (error: unknown) => endFailed(span, error),
          );
        return result;
      } catch (error) {
        endFailed(span, error);
        throw error;
      }
    });
  }

  #start(
    name: string,
    { kind = 'internal', attributes = {}, links = [] }: SpanOptions,
    parent: SpanContext | null,
    startTime?: number,
  ): Span {
    const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const options = {
      kind: kinds[kind],
      attributes,
      links: links.map((link) => ({ context: link })),
      ...(startTime === undefined ? {} : { startTime }),
    };
    return new StartedSpan(this.tracer.startSpan(name, options, context));
  }
}

function endFailed(span: Span, error: unknown): void {
  // A refusal is an answer.
  if (error instanceof DomainError && error.code !== 'UNAVAILABLE') span.add({ 'error.type': error.code });
  else span.fail(typeOf(error));
  span.end();
}

class StartedSpan implements Span {
  readonly context: SpanContext;

  constructor(private readonly span: ApiSpan) {
    this.context = span.spanContext();
  }

  get isRecorded(): boolean {
    return this.span.isRecording();
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  add(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  fail(type: string): void {
    this.span.setAttribute('error.type', type);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }
}

/** Starts once a span within it starts, or once it fails. */
class OptionalSpan implements Span {
  readonly #startTime = Date.now();
  #started: Span | null = null;

  constructor(private readonly start: (startTime: number) => Span) {}

  get context(): SpanContext {
    return this.#span.context;
  }

  get #span(): Span {
    this.#started ??= this.start(this.#startTime);
    return this.#started;
  }

  get isRecorded(): boolean {
    return this.#span.isRecorded;
  }

  rename(name: string): void {
    this.#span.rename(name);
  }

  add(attributes: Attributes): void {
    this.#span.add(attributes);
  }

  fail(type: string): void {
    this.#span.fail(type);
  }

  end(): void {
    this.#started?.end();
  }
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
