import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import type { FileUpload } from 'graphql-upload/processRequest.mjs';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { packagePath } from '../../releases/package-name.js';
import { Release } from '../../releases/release.entity.js';
import { ReleaseEvent } from '../../releases/release-event.entity.js';
import { cursorOf, latestCursor, ReleaseStream } from '../../releases/release-stream.js';
import { STABLE } from '../../releases/releases.js';
import { receiveAuthorized } from '../../releases/upload-authorization.js';
import { requirePermission } from '../../sessions/authorization.js';
import { displayName } from '../../users/display-name.js';
import { Allow } from '../authorization.js';
import { connectionType, PageArgs, readPage, toConnection } from '../connection.js';
import { actorOf, type Context, renewCaller } from '../context.js';
import { Cursor } from '../cursor.js';
import { parseId } from '../id.js';

const ReleaseConnection = connectionType('Release', Release);

@InputType()
class UploadReleaseInput {
  @Field(() => String, { description: 'A whole number or a semantic version, as the channel has them.' })
  version!: string;

  @Field(() => String, { defaultValue: STABLE })
  channel!: string;

  @Field(() => String, { nullable: true })
  notes?: string | null;

  @Field(() => String, { nullable: true, description: 'Hex; the upload is refused if it came in otherwise.' })
  sha256?: string | null;
}

@ArgsType()
class ReleasesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'All unless told.' })
  channel?: string | null;
}

@ArgsType()
class ReleasePublishedArgs {
  @Field(() => String, { nullable: true, description: 'All unless told.' })
  channel?: string | null;

  @Field(() => Cursor, { nullable: true, description: 'The cursor of the last event that was seen.' })
  since?: string | null;
}

@Resolver(() => Release)
export class ReleaseResolver {
  @Query(() => ReleaseConnection, {
    description: 'By channel, the newest version first; withdrawn ones are there too.',
  })
  @Allow('releases:read')
  async releases(@Args() { channel, first, after }: ReleasesArgs, @Ctx() { services }: Context) {
    const page = readPage(first, after);
    return toConnection(await services.releases.list(channel ?? null, page), page);
  }

  @Query(() => [String], { description: 'The channels that have releases, by name.' })
  @Allow('releases:read')
  releaseChannels(@Ctx() { services }: Context): Promise<string[]> {
    return services.releases.channels();
  }

  @Query(() => Release, { nullable: true, description: 'The newest version that is not withdrawn.' })
  @Allow('releases:read')
  latestRelease(
    @Arg('channel', () => String, { nullable: true, defaultValue: STABLE }) channel: string | null,
    @Ctx() { services }: Context,
  ): Promise<Release | null> {
    return services.releases.latest(channel ?? STABLE);
  }

  @Query(() => Cursor, {
    description:
      'Ask for it before you read, and follow `releasePublished` since it: nothing is missed between.',
  })
  @Allow('releases:read')
  releaseCursor(@Ctx() { services }: Context): Promise<string> {
    return latestCursor(services.db);
  }

  @Mutation(() => Release)
  @Allow('releases:publish')
  async uploadRelease(
    @Arg('input') { version, channel, notes, sha256 }: UploadReleaseInput,
    @Arg('file', () => GraphQLUpload) file: Promise<FileUpload>,
    @Ctx() context: Context,
  ): Promise<Release> {
    const { releases } = context.services;
    const details = { version, channel, notes: notes ?? null, sha256: sha256 ?? null };
    await releases.requirePublishable(details);
    const { filename: name, createReadStream } = await file;
    await releases.requireNewFileName(name, version);
    const staged = await receiveAuthorized(releases, createReadStream(), async () =>
      requirePermission(await renewCaller(context), 'releases:publish'),
    );
    return releases.publish({ name, staged }, details, actorOf(context));
  }

  @Mutation(() => Release, { description: 'For good: it cannot be downloaded any more.' })
  @Allow('releases:publish')
  withdrawRelease(
    @Arg('id', () => ID) id: string,
    @Arg('reason') reason: string,
    @Ctx() context: Context,
  ): Promise<Release> {
    return context.services.releases.withdraw(parseId(id), reason, actorOf(context));
  }

  @Subscription(() => ReleaseEvent, {
    description: 'Releases as they are published and withdrawn, in order; with `since`, first those missed.',
    // Awaited here, so that a bad cursor is refused as any bad argument is.
    subscribe: async ({ context, args }: { context: Context; args: ReleasePublishedArgs }) =>
      await ReleaseStream.create(context.services, args.channel ?? null, args.since ?? null),
  })
  @Allow('releases:read')
  releasePublished(@Root() event: ReleaseEvent, @Args() _args: ReleasePublishedArgs): ReleaseEvent {
    return event;
  }

  @FieldResolver(() => String, { description: 'Where it is downloaded.' })
  url(@Root() { packageName }: Release, @Ctx() { publicUrl }: Context): string {
    return publicUrl + packagePath(packageName);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The name of who published it; null once the account is erased.',
  })
  uploader(@Root() { uploader }: Release): string | null {
    return uploader && displayName(uploader);
  }
}

@Resolver(() => ReleaseEvent)
export class ReleaseEventResolver {
  @FieldResolver(() => Cursor)
  cursor(@Root() event: ReleaseEvent): string {
    return cursorOf(event);
  }
}
