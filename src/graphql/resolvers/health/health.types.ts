import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { HealthComponent, type HealthProblem as Problem } from '../../../health/health.js';
import { Queue } from '../../../health/queues.js';

registerEnumType(HealthComponent, {
  name: 'HealthComponent',
  description: 'Parts without which the gateway still serves, with limits.',
  valuesConfig: {
    DATABASE: { description: 'PostgreSQL. Heartbeats of known devices are answered, and little else.' },
    REDIS: {
      description: 'What nodes share: live events, presence and limits. Logins and downloads work.',
    },
    STORAGE: { description: 'The packages. Uploads and downloads fail.' },
    SMS: { description: 'The provider of text messages. Logins by phone fail.' },
    CLOCK: { description: 'The clock of the host of a node. What expires does so too early or too late.' },
    DISK: { description: 'The disk with the data folder is nearly full. Uploads will fail.' },
    JOBS: { description: 'Background jobs. What they save or delete waits until they work again.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A component that does not work as usual.' })
export class HealthProblem implements Problem {
  @Field(() => HealthComponent, { description: 'The component.' })
  component!: HealthComponent;

  @Field(() => String, { description: 'What is wrong, in a sentence.' })
  reason!: string;

  @Field(() => Date, { description: 'When the gateway noticed.' })
  since!: Date;
}

export enum EngineKind {
  EMBEDDED_POSTGRESQL = 'EMBEDDED_POSTGRESQL',
  POSTGRESQL = 'POSTGRESQL',
  REDIS = 'REDIS',
  DISK = 'DISK',
  S3 = 'S3',
  SMS_OUTBOX = 'SMS_OUTBOX',
  SMS_ALIYUN = 'SMS_ALIYUN',
  SMS_WEBHOOK = 'SMS_WEBHOOK',
}
registerEnumType(EngineKind, {
  name: 'EngineKind',
  description: 'What the settings select for a component.',
  valuesConfig: {
    EMBEDDED_POSTGRESQL: { description: 'The PostgreSQL that the gateway starts.' },
    POSTGRESQL: { description: 'The PostgreSQL of `DATABASE_URL`.' },
    REDIS: { description: 'The Redis or Valkey of `REDIS_URL`.' },
    DISK: { description: 'Packages in the data folder.' },
    S3: { description: 'Packages in the S3-compatible storage of `STORAGE_URL`.' },
    SMS_OUTBOX: { description: 'A file in place of text messages.' },
    SMS_ALIYUN: { description: 'Text messages by Aliyun.' },
    SMS_WEBHOOK: { description: 'Text messages by `SMS_WEBHOOK_URL`.' },
  },
});

export enum EngineState {
  WORKING = 'WORKING',
  FAILING = 'FAILING',
  UNUSED = 'UNUSED',
}
registerEnumType(EngineState, {
  name: 'EngineState',
  description: 'Whether an engine works.',
  valuesConfig: {
    WORKING: { description: 'It works.' },
    FAILING: { description: 'It does not work as usual.' },
    UNUSED: { description: 'It has not been used since the node started.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'Something that a node works with.' })
export class Engine {
  @Field(() => HealthComponent, { description: 'The component that it serves.' })
  component!: HealthComponent;

  @Field(() => EngineKind, { description: 'What it is.' })
  kind!: EngineKind;

  @Field(() => EngineState, { description: 'Whether it works.' })
  state!: EngineState;

  @Field(() => Date, { description: 'When the node noticed that it works or does not work.' })
  since!: Date;

  @Field(() => Float, { nullable: true, description: 'How long its latest use took, in milliseconds.' })
  latencyMs!: number | null;

  @Field(() => Date, { nullable: true, description: 'When it was used or checked the last time.' })
  checkedAt!: Date | null;
}

registerEnumType(Queue, {
  name: 'Queue',
  description: 'Where work waits.',
  valuesConfig: {
    DATABASE: { description: 'Statements and transactions that wait for a connection.' },
    FIRST_HEARTBEATS: { description: 'First heartbeats of sessions, which wait for the database.' },
    PASSWORDS: { description: 'Passwords that wait to be hashed or verified.' },
    SESSIONS: { description: 'Sessions that wait to be read from the database.' },
    TRANSITIONS: { description: 'Devices that came online or went offline, until that is saved.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'How much waits in a queue.' })
export class QueueLength {
  @Field(() => Queue, { description: 'The queue.' })
  queue!: Queue;

  @Field(() => Int, { description: 'How much waits.' })
  length!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A background job that has run on a node.' })
export class JobReport {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => Date, { nullable: true, description: 'When it succeeded the last time.' })
  succeededAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'Since when it fails; null while it works.' })
  failingSince!: Date | null;

  @Field(() => Float, { description: 'How long its latest run took, in milliseconds.' })
  tookMs!: number;
}

@ObjectType({ simpleResolvers: true, description: 'The space of a file system.' })
export class DiskReport {
  @Field(() => GraphQLSafeInt, { description: 'Free space in bytes.' })
  free!: number;

  @Field(() => GraphQLSafeInt, { description: 'Size in bytes.' })
  size!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A backup by the command `gatehouse backup`.' })
export class Backup {
  @Field(() => Date, { description: 'The moment whose state it has.' })
  at!: Date;

  @Field(() => GraphQLSafeInt, { description: 'The size of the archive in bytes.' })
  archiveBytes!: number;
}

@ObjectType({ simpleResolvers: true, description: 'A node of the gateway that runs.' })
export class GatewayNode {
  @Field(() => String, { description: 'The name of its host.' })
  host!: string;

  @Field(() => String, { description: 'The version of the gateway.' })
  version!: string;

  @Field(() => Date, { description: 'When it started.' })
  startedAt!: Date;

  @Field(() => [HealthComponent], { description: 'What does not work as usual there.' })
  failing!: HealthComponent[];

  @Field(() => Boolean, { description: 'Whether it answers this request.' })
  isAnswering!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What the answering node measures.' })
export class NodeReport {
  @Field(() => [Engine], { description: 'What the node works with.' })
  engines!: Engine[];

  @Field(() => [QueueLength], { description: 'What waits.' })
  queues!: QueueLength[];

  @Field(() => [JobReport], { description: 'The background jobs that have run on the node.' })
  jobs!: JobReport[];

  @Field(() => DiskReport, {
    nullable: true,
    description: 'The disk with the data folder; null if it cannot be read.',
  })
  disk!: DiskReport | null;

  @Field(() => GraphQLSafeInt, { description: 'The memory that the process uses, in bytes.' })
  memory!: number;

  @Field(() => Int, { description: 'Devices that are online, on any node.' })
  devicesOnline!: number;
}
