import type { Registry } from 'prom-client';
import type { JobRun } from '../jobs/job-runs.js';
import { counter, gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareJobs(registry: Registry, { services: { jobRuns } }: Sources): void {
  const byTask = (value: (run: JobRun) => number) => () =>
    new Map([...jobRuns.jobs].map(([name, run]) => [name, value(run)]));
  counter(registry, {
    name: 'gatehouse_job_runs_total',
    help: 'Runs of background jobs on this node. A job whose lease another node holds does not run here.',
    label: 'task',
    read: byTask(({ runs }) => runs),
  });
  counter(registry, {
    name: 'gatehouse_job_failures_total',
    help: 'Runs of background jobs that failed.',
    label: 'task',
    read: byTask(({ failures }) => failures),
  });
  gauge(registry, {
    name: 'gatehouse_job_duration_seconds',
    help: 'Duration of the latest run.',
    label: 'task',
    read: byTask(({ tookMs }) => tookMs / 1000),
  });
  gauge(registry, {
    name: 'gatehouse_job_last_success_timestamp_seconds',
    help: 'When the latest run that succeeded ended, in seconds since the Unix epoch; 0 before.',
    label: 'task',
    read: byTask(({ succeededAt }) => (succeededAt?.getTime() ?? 0) / 1000),
  });
}
