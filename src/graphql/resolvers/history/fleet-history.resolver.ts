import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import {
  type FleetHistoryPeriod,
  HistoryRange,
  type FleetHistoryPoint as Point,
} from '../../../devices/history/fleet-history.js';
import { Allow } from '../../authorization.js';
import type { Context } from '../../context.js';

registerEnumType(HistoryRange, {
  name: 'HistoryRange',
  description: 'How far back a history goes.',
  valuesConfig: {
    HOUR: { description: 'The last hour, by minute.' },
    DAY: { description: 'The last 24 hours, by five minutes.' },
    MONTH: { description: 'The last 30 days, by hour.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'What the fleet did in one step of a history.' })
class FleetHistoryPoint implements Point {
  @Field(() => Date, { description: 'The start of the step.' })
  at!: Date;

  @Field(() => Float, { description: 'How many heartbeats all nodes received.' })
  heartbeats!: number;

  @Field(() => Int, { description: 'The fewest devices that were online at once.' })
  onlineMin!: number;

  @Field(() => Float, { description: 'How many devices were online on average.' })
  onlineAvg!: number;

  @Field(() => Int, { description: 'The most devices that were online at once.' })
  onlineMax!: number;

  @Field(() => Int, { description: 'How many devices there were, online or not: the most in the step.' })
  devices!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The heartbeats of all devices and how many of these were online, sampled every 10 seconds.',
})
class FleetHistory implements FleetHistoryPeriod {
  @Field(() => Date, { description: 'The start of the first step.' })
  from!: Date;

  @Field(() => Date, { description: 'When it was read. The last step ends later.' })
  to!: Date;

  @Field(() => Int, { description: 'The length of a step, in seconds.' })
  stepSeconds!: number;

  @Field(() => [FleetHistoryPoint], {
    description: 'One for each step, the oldest first. A step in which no gateway ran has none.',
  })
  points!: FleetHistoryPoint[];
}

@Resolver()
export class FleetHistoryResolver {
  @Query(() => FleetHistory, {
    description: 'The heartbeats of all devices and how many of these were online, up to now.',
  })
  @Allow('devices:read')
  fleetHistory(
    @Arg('range', () => HistoryRange, { description: 'How far back.' }) range: HistoryRange,
    @Ctx() { services }: Context,
  ): Promise<FleetHistoryPeriod> {
    return services.fleetHistory.read(range);
  }
}
