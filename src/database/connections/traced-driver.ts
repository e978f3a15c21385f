import type { Configuration } from '@mikro-orm/core';
import { PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Attributes, Tracing } from '../../tracing/tracing.js';

/** The driver of a database whose statements are recorded within the spans that they belong to. */
export function tracedDriver(tracing: Tracing): typeof PostgreSqlDriver {
  return class TracedDriver extends PostgreSqlDriver {
    protected override readonly connection: TracedConnection;

    constructor(config: Configuration) {
      super(config);
      this.connection = new TracedConnection(config, tracing);
    }
  };
}

class TracedConnection extends PostgreSqlConnection {
  readonly #attributes: Attributes;

  constructor(
    config: Configuration,
    private readonly tracing: Tracing,
  ) {
    super(config);
    const database = config.get('dbName');
    this.#attributes = {
      'db.system.name': 'postgresql',
      ...(database === undefined ? {} : { 'db.namespace': database }),
    };
  }

  override begin(...args: Parameters<PostgreSqlConnection['begin']>) {
    return this.#trace('BEGIN', {}, () => super.begin(...args));
  }

  override commit(...args: Parameters<PostgreSqlConnection['commit']>) {
    return this.#trace('COMMIT', {}, () => super.commit(...args));
  }

  override rollback(...args: Parameters<PostgreSqlConnection['rollback']>) {
    return this.#trace('ROLLBACK', {}, () => super.rollback(...args));
  }

  /** @param query has a question mark in place of each value. */
  protected override executeQuery<T>(query: string, run: () => Promise<T>, context?: object): Promise<T> {
    return this.#trace(summaryOf(query), { 'db.query.text': query }, () =>
      super.executeQuery(query, run, context),
    );
  }

  /** Statements of no request and no job are left out. */
  #trace<T>(summary: string, attributes: Attributes, run: () => Promise<T>): Promise<T> {
    if (this.tracing.current() === null) return run();
    const [operation = ''] = summary.split(' ');
    return this.tracing.run(
      summary,
      { kind: 'client', attributes: { ...this.#attributes, 'db.operation.name': operation, ...attributes } },
      run,
    );
  }
}

/** `SELECT users`: what a statement changes, or else reads first. */
function summaryOf(query: string): string {
  const [, change, changed, table] =
    /\b(insert into|(?<!for )update|delete from)\s+"?(\w+)|^\s*select\b[\s\S]*?\bfrom\s+"?(\w+)/i.exec(
      query,
    ) ?? [];
  if (table !== undefined) return `SELECT ${table}`;
  const [operation = ''] = (change ?? query.trimStart()).split(/\s/);
  return [operation.toUpperCase(), changed].filter(Boolean).join(' ');
}
