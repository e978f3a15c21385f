import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum LicenseStatus {
  ACTIVE = 'ACTIVE',
  INACTIVE = 'INACTIVE',
}
registerEnumType(LicenseStatus, {
  name: 'LicenseStatus',
  description: 'Whether a license is in force.',
  valuesConfig: {
    ACTIVE: { description: 'It is in force.' },
    INACTIVE: { description: 'It is not in force.' },
  },
});

/** What `licenseStatus` is while a license is in force. */
export const LICENSE_IN_FORCE = 1;

@ObjectType({ simpleResolvers: true, description: 'A license to use the fleet software.' })
export class License {
  @Field(() => String, { nullable: true, description: 'The license number.' })
  number!: string | null;

  @Field(() => LicenseStatus, { description: 'Whether it is in force.' })
  status!: LicenseStatus;

  /** The status as the legacy APIs show it. */
  statusCode!: number;

  @Field(() => Date, { nullable: true, description: 'When it takes effect.' })
  effectDate!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it expires.' })
  expiresAt!: Date | null;
}

/** The columns of a user that its license is in. */
interface LicenseColumns {
  readonly licenseNumber: string | null;
  readonly licenseStatus: number;
  readonly licenseEffectDate: Date | null;
  readonly licenseExpiresAt: Date | null;
}

export const licenseOf = (user: LicenseColumns): License => ({
  number: user.licenseNumber,
  status: user.licenseStatus === LICENSE_IN_FORCE ? LicenseStatus.ACTIVE : LicenseStatus.INACTIVE,
  statusCode: user.licenseStatus,
  effectDate: user.licenseEffectDate,
  expiresAt: user.licenseExpiresAt,
});
