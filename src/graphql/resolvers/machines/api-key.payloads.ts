import { Field, ObjectType } from 'type-graphql';
import { ApiKey } from '../../../machines/api-key.entity.js';
import { User } from '../../../users/user.entity.js';

@ObjectType({ simpleResolvers: true, description: 'The new account.' })
export class CreateServiceAccountPayload {
  @Field(() => User, { description: 'The account.' })
  user!: User;
}

@ObjectType({ simpleResolvers: true, description: 'The new key.' })
export class CreateApiKeyPayload {
  @Field(() => ApiKey, { description: 'The key as it is listed.' })
  apiKey!: ApiKey;

  @Field(() => String, {
    description:
      'The key itself, to be sent as an access token. It is shown only here: the gateway keeps a hash.',
  })
  token!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The revoked key.' })
export class RevokeApiKeyPayload {
  @Field(() => ApiKey, { description: 'The key as it is now.' })
  apiKey!: ApiKey;
}
