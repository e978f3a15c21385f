import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import type { FileUpload } from 'graphql-upload/processRequest.mjs';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { STABLE } from '../../../releases/channels.js';
import { MAX_TEXT_LENGTH } from '../../../releases/new-release.js';
import { Release } from '../../../releases/release.entity.js';
import { PageArgs } from '../../connection.js';
import { Cursor } from '../../cursor.js';

@InputType({ description: 'A package to publish.' })
export class UploadReleaseInput {
  @Field(() => GraphQLUpload, { description: 'The package.' })
  file!: Promise<FileUpload>;

  @Field(() => String, {
    description:
      'A whole number or a semantic version, in the form of the other versions of the channel. Unique in the channel.',
  })
  version!: string;

  @Field(() => String, {
    defaultValue: STABLE,
    description:
      'The channel: 1 to 32 lower-case letters, digits, dots, dashes and underscores. There can be 100 channels besides ' +
      '`stable`.',
  })
  channel!: string;

  @Field(() => String, { nullable: true, description: `What is new: at most ${MAX_TEXT_LENGTH} characters.` })
  notes?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The SHA-256 of the package, as 64 hex digits. The upload is refused if the file arrives with another.',
  })
  sha256?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The release that was published.' })
export class UploadReleasePayload {
  @Field(() => Release, { description: 'The release.' })
  release!: Release;
}

@InputType({ description: 'A release to withdraw.' })
export class WithdrawReleaseInput {
  @Field(() => ID, { description: 'The id of the release.' })
  id!: string;

  @Field(() => String, { description: `Why it is withdrawn: 1 to ${MAX_TEXT_LENGTH} characters.` })
  reason!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The release that was withdrawn.' })
export class WithdrawReleasePayload {
  @Field(() => Release, { description: 'The release.' })
  release!: Release;
}

@ArgsType()
export class ReleasesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Releases of this channel. All channels by default.' })
  channel?: string | null;
}

@ArgsType()
export class ReleasePublishedArgs {
  @Field(() => String, { nullable: true, description: 'Releases of this channel. All channels by default.' })
  channel?: string | null;

  @Field(() => Cursor, {
    nullable: true,
    description: 'The cursor of the last event received, or of `releaseCursor`: continue after it.',
  })
  since?: string | null;
}
