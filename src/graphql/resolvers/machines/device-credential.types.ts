import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { MAX_ISSUED } from '../../../machines/device-credentials.js';
import { DEVICE_ID } from '../sessions/session.inputs.js';

@InputType({ description: 'A device that asks for a credential.' })
export class RequestDeviceCredentialInput {
  @Field(() => String, { nullable: true, description: DEVICE_ID })
  deviceId?: string | null;

  @Field(() => String, { nullable: true, description: 'The name or model of the device, for its owner.' })
  name?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What the device needs to be claimed.' })
export class RequestDeviceCredentialPayload {
  @Field(() => String, { description: 'To be shown to the owner: 8 letters and digits without look-alikes.' })
  code!: string;

  @Field(() => String, { description: 'To collect the credential with. The device must not show it.' })
  secret!: string;

  @Field(() => Date, { description: 'When both expire.' })
  expiresAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A device that shows a code.' })
export class DeviceClaim {
  @Field(() => String, { description: 'The id that the device gives itself.' })
  clientId!: string;

  @Field(() => String, { nullable: true, description: 'The name or model that it reports.' })
  name!: string | null;

  @Field(() => String, { description: 'The network address that it asked from.' })
  address!: string;

  @Field(() => Date, { description: 'When it asked.' })
  requestedAt!: Date;

  @Field(() => Date, { description: 'When the code expires.' })
  expiresAt!: Date;

  @Field(() => Boolean, {
    description: 'Whether your account has a credential for this id, which the claim revokes.',
  })
  replacesCredential!: boolean;
}

@InputType({ description: 'The code of a device.' })
export class ClaimDeviceInput {
  @Field(() => String, {
    description: 'The code that the device shows. Its case, spaces and hyphens do not matter.',
  })
  code!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The device that was claimed.' })
export class ClaimDevicePayload {
  @Field(() => String, { description: 'The id that the device gives itself.' })
  clientId!: string;

  @Field(() => String, { nullable: true, description: 'The name or model that it has reported.' })
  name!: string | null;

  @Field(() => String, { description: 'The network address of the device.' })
  address!: string;
}

@InputType({ description: 'A claim to collect.' })
export class CollectDeviceCredentialInput {
  @Field(() => String, { description: 'The secret from `requestDeviceCredential`.' })
  secret!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The credential, once the owner has entered the code.' })
export class CollectDeviceCredentialPayload {
  @Field(() => String, {
    nullable: true,
    description: 'The credential, to be sent as an access token; null while the code was not entered.',
  })
  token!: string | null;
}

@InputType({ description: 'Devices to issue credentials for.' })
export class IssueDeviceCredentialsInput {
  @Field(() => ID, { nullable: true, description: 'Whose devices they are: yours by default.' })
  userId?: string | null;

  @Field(() => [String], {
    description: `The ids that the devices give themselves: at most ${MAX_ISSUED}. They need not have sent a heartbeat.`,
  })
  deviceIds!: string[];
}

@ObjectType({ simpleResolvers: true, description: 'A credential of a device.' })
export class DeviceCredential {
  @Field(() => String, { description: 'The id that the device gives itself.' })
  clientId!: string;

  @Field(() => String, { description: 'The credential. It is shown only here: the gateway keeps a hash.' })
  token!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The new credentials.' })
export class IssueDeviceCredentialsPayload {
  @Field(() => [DeviceCredential], { description: 'One for each device, at most as many as were asked for.' })
  credentials!: readonly DeviceCredential[];
}
