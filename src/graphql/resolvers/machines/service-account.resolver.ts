import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { UserKind } from '../../../users/user.entity.js';
import { Allow, requireStepUp } from '../../authorization.js';
import { actorOf, type Context } from '../../context.js';
import { CreateServiceAccountInput } from './api-key.inputs.js';
import { CreateServiceAccountPayload } from './api-key.payloads.js';

@Resolver()
export class ServiceAccountResolver {
  @Mutation(() => CreateServiceAccountPayload, {
    description:
      'Creates an account for programs, which use API keys. Like other accounts, it has roles, and can be disabled and ' +
      'deleted: its keys end with it. To choose its roles requires a step-up.',
  })
  @Allow('users:manage')
  async createServiceAccount(
    @Arg('input', { description: 'The account.' }) input: CreateServiceAccountInput,
    @Ctx() context: Context,
  ): Promise<CreateServiceAccountPayload> {
    if (input.roles) await requireStepUp(context);
    const account = { ...input, kind: UserKind.SERVICE };
    return { user: await context.services.users.create(account, actorOf(context)) };
  }
}
