import type { SpanOptions, Tracing } from './tracing.js';

/** Describes the span of a call. */
type Describe = (args: readonly unknown[]) => { readonly name: string } & SpanOptions;

/**
 * Records calls of these methods within the spans that they belong to, whatever the object is. Without `tracing`, it
 * stays as it is.
 * @returns the object.
 */
export function traceCalls<T extends object>(
  tracing: Tracing | null,
  object: T,
  methods: { readonly [name in keyof T]?: Describe },
): T {
  if (tracing === null) return object;
  for (const [name, describe] of Object.entries<Describe | undefined>(methods)) {
    const method: unknown = Reflect.get(object, name);
    if (typeof method !== 'function' || describe === undefined) continue;
    const call = (args: unknown[]): unknown => Reflect.apply(method, object, args);
    Reflect.defineProperty(object, name, {
      configurable: true,
      writable: true,
      value(...args: unknown[]) {
        if (tracing.current() === null) return call(args);
        const { name: span, ...options } = describe(args);
        return tracing.run(span, options, () => call(args));
      },
    });
  }
  return object;
}
