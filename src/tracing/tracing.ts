/** Names and values as in https://opentelemetry.io/docs/specs/semconv/ */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Identifies a span in all processes, as https://www.w3.org/TR/trace-context/ does. */
export interface SpanContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** 1 if the trace is recorded, else 0. */
  readonly traceFlags: number;
}

export interface SpanOptions {
  /** What the process does in the span; `internal` by default. */
  readonly kind?: 'internal' | 'server' | 'client';
  readonly attributes?: Attributes;
  /** The span that caused it, in place of the current one. */
  readonly parent?: SpanContext | null;
  /** Other spans that contributed to it. */
  readonly links?: readonly SpanContext[];
  /** Whether it is left out unless spans start within it, or it fails. For jobs that mostly find nothing to do. */
  readonly isOptional?: boolean;
}

/** A step of a trace, which has started. */
export interface Span {
  readonly context: SpanContext;
  /** Whether it is sent. Otherwise its attributes are not worth computing. */
  readonly isRecorded: boolean;
  rename(name: string): void;
  add(attributes: Attributes): void;
  /** @param type what has failed, in a word: texts of errors may have values of a request. */
  fail(type: string): void;
  end(): void;
}

/**
 * Records what a request or a job does, in spans. Spans must contain no tokens, passwords, codes, phone numbers and
 * values of statements. Absent where no traces are sent: then nothing is recorded.
 */
export interface Tracing {
  /** The current span; null outside of spans. */
  current(): SpanContext | null;
  /** Starts a span, which the caller must end. */
  start(name: string, options?: SpanOptions): Span;
  /** Calls `work` with `span` as the current span. */
  within<T>(span: Span, work: () => T): T;
  /** Calls `work` in a span of its own, which ends with what it returns or resolves with. */
  run<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
}
