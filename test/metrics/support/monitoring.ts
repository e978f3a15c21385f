import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const DataSource = z.object({ type: z.literal('prometheus'), uid: z.literal('$' + '{datasource}') });
const Position = z.object({ x: z.int(), y: z.int(), w: z.int().min(1), h: z.int().min(1) });
const Target = z.object({
  datasource: DataSource,
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string(),
});
const Panel = z.union([
  z.object({ id: z.int(), type: z.literal('row'), title: z.string(), gridPos: Position }),
  z.object({
    id: z.int(),
    type: z.enum(['stat', 'timeseries']),
    title: z.string(),
    gridPos: Position,
    datasource: DataSource,
    targets: z.array(Target).min(1),
    fieldConfig: z.object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.unknown()) }),
    options: z.object({}),
  }),
]);

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const DashboardModel = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.enum(['datasource', 'query']) })),
  }),
  panels: z.array(Panel),
});

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});

export const DEPLOYED = 'deploy/prometheus';

/** The dashboard for Grafana. */
export const dashboard = DashboardModel.parse(
  JSON.parse(readFileSync('deploy/grafana/gatehouse.json', 'utf8')),
);

/** The alerts of all groups. */
export const alerts = Rules.parse(parse(readFileSync(`${DEPLOYED}/alerts.yml`, 'utf8'))).groups.flatMap(
  ({ rules }) => rules,
);

/** Every query of the dashboard and the alerts, with values in place of Grafana's variables. */
export const queries: readonly string[] = [
  ...dashboard.panels.flatMap((panel) => ('targets' in panel ? panel.targets.map(({ expr }) => expr) : [])),
  ...alerts.map(({ expr }) => expr),
].map((expr) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.+'));

/** The names of the metrics in a query. */
export const metricNames = (query: string): string[] =>
  query.replace(/"[^"]*"/g, '').match(/\b(?:gatehouse|nodejs|process)_\w+|\bup\b/g) ?? [];
