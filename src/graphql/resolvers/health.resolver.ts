import { Ctx, Field, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { HealthComponent, type HealthProblem as Problem } from '../../health.js';
import { Allow } from '../authorization.js';
import type { Context } from '../context.js';

registerEnumType(HealthComponent, {
  name: 'HealthComponent',
  description: 'What the gateway can serve without, though not as usual.',
  valuesConfig: {
    DATABASE: { description: 'PostgreSQL. Heartbeats of known devices are answered, and little else.' },
    REDIS: {
      description: 'What nodes share: live events, presence and limits. Logins and downloads work.',
    },
    STORAGE: { description: 'The packages. Uploads and downloads fail.' },
    CLOCK: { description: 'The clock of the host of a node. What expires does so too early or too late.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A component that does not work as usual.' })
class HealthProblem implements Problem {
  @Field(() => HealthComponent, { description: 'Which one.' })
  component!: HealthComponent;

  @Field(() => String, { description: 'What is wrong, in a sentence.' })
  reason!: string;

  @Field(() => Date, { description: 'When the gateway noticed.' })
  since!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'How well the answering node of the gateway works.' })
class HealthReport {
  @Field(() => [HealthProblem], { description: 'What does not work as usual, the oldest first.' })
  problems!: HealthProblem[];
}

@Resolver()
export class HealthResolver {
  @Query(() => HealthReport, { nullable: true, description: 'How well the gateway works.' })
  @Allow({ nullWithout: 'devices:read' })
  health(@Ctx() { services }: Context): HealthReport {
    return { problems: services.health.problems };
  }
}
