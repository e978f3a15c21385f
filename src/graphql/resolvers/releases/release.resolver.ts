import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  Info,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Row } from '../../../database/queries/rows.js';
import { STABLE } from '../../../releases/channels.js';
import { packagePath } from '../../../releases/package-name.js';
import { Release } from '../../../releases/release.entity.js';
import { ReleaseEvent } from '../../../releases/release-event.entity.js';
import { releaseOrder } from '../../../releases/release-order.js';
import { cursorOf, latestCursor, ReleaseStream } from '../../../releases/release-stream.js';
import { receiveAuthorized } from '../../../releases/upload-authorization.js';
import { requirePermission } from '../../../sessions/authorization.js';
import { displayName, displayNameProperties } from '../../../users/display-name.js';
import { User } from '../../../users/user.entity.js';
import { Allow, OTHER_USERS, StepUp } from '../../authorization.js';
import { readPageArgs, toConnection } from '../../connection.js';
import { actorOf, type Context, renewCaller } from '../../context.js';
import { Cursor } from '../../cursor.js';
import { readId } from '../../id.js';
import { ReadsFrom, selectedProperties } from '../../selected-properties.js';
import { ReleaseConnection } from '../connections.js';
import {
  ReleasePublishedArgs,
  ReleasesArgs,
  UploadReleaseInput,
  UploadReleasePayload,
  WithdrawReleaseInput,
  WithdrawReleasePayload,
} from './release.types.js';

@Resolver(() => Release)
export class ReleaseResolver {
  @Query(() => ReleaseConnection, {
    description: 'Releases by channel, the newest version first, withdrawn ones included.',
  })
  @Allow('releases:read')
  async releases(
    @Args() { channel = null, ...page }: ReleasesArgs,
    @Ctx() { services: { releases } }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const request = readPageArgs<Release>(page, releaseOrder, info);
    return toConnection(await releases.list(channel, request), request, () => releases.count(channel));
  }

  @Query(() => [String], {
    description: 'The names of the channels that have releases, sorted: 101 at most.',
  })
  @Allow('releases:read')
  releaseChannels(@Ctx() { services }: Context): Promise<string[]> {
    return services.releases.channels();
  }

  @Query(() => Release, {
    nullable: true,
    description: 'The newest version of a channel that is not withdrawn; null if there is none.',
  })
  @Allow('releases:read')
  latestRelease(
    @Arg('channel', () => String, { nullable: true, defaultValue: STABLE, description: 'The channel.' })
    channel: string | null,
    @Ctx() { services }: Context,
  ): Promise<Release | null> {
    return services.releases.latest(channel ?? STABLE);
  }

  @Query(() => Cursor, {
    description:
      'The position of `releasePublished` now. Read it before you read `releases`, and subscribe since it: then you ' +
      'miss no event in between.',
  })
  @Allow('releases:read')
  releaseCursor(@Ctx() { services }: Context): Promise<string> {
    return latestCursor(services.releaseEvents);
  }

  @Mutation(() => UploadReleasePayload, {
    description:
      'Publishes a package. Sent as https://github.com/jaydenseric/graphql-multipart-request-spec describes, with the ' +
      'header Apollo-Require-Preflight and the file as `variables.input.file`.',
  })
  @Allow('releases:publish')
  async uploadRelease(
    @Arg('input', { description: 'The package.' }) {
      file,
      version,
      channel,
      notes,
      sha256,
    }: UploadReleaseInput,
    @Ctx() context: Context,
  ): Promise<UploadReleasePayload> {
    const { releases } = context.services;
    const details = { version, channel, notes: notes ?? null, sha256: sha256 ?? null };
    await releases.requirePublishable(details);
    const { filename: name, createReadStream } = await file;
    await releases.requireNewFileName(name, version);
    const staged = await receiveAuthorized(releases, createReadStream(), async () =>
      requirePermission(await renewCaller(context), 'releases:publish'),
    );
    return { release: await releases.publish({ name, staged }, details, actorOf(context)) };
  }

  @Mutation(() => WithdrawReleasePayload, {
    description:
      'Withdraws a release for good: it can no longer be downloaded, and devices are offered the one before.',
  })
  @Allow('releases:publish')
  @StepUp()
  async withdrawRelease(
    @Arg('input', { description: 'The release and the reason.' }) { id, reason }: WithdrawReleaseInput,
    @Ctx() context: Context,
  ): Promise<WithdrawReleasePayload> {
    const { releases } = context.services;
    return { release: await releases.withdraw(readId('release', id), reason, actorOf(context)) };
  }

  @Subscription(() => ReleaseEvent, {
    description:
      'Releases as they are published and withdrawn, each event once and in order. With `since`, the events after ' +
      'it first.',
    // Awaited here, so that an invalid cursor is refused as any invalid argument is.
    subscribe: async ({ context, args }: { context: Context; args: ReleasePublishedArgs }) =>
      await ReleaseStream.create(context.services, args.channel ?? null, args.since ?? null),
  })
  @Allow('releases:read')
  releasePublished(@Root() event: ReleaseEvent, @Args() _args: ReleasePublishedArgs): ReleaseEvent {
    return event;
  }

  @ReadsFrom<Release>('packageName')
  @FieldResolver(() => String, { description: 'Where the package is downloaded.' })
  url(@Root() { packageName }: Pick<Release, 'packageName'>, @Ctx() { publicUrl }: Context): string {
    return publicUrl + packagePath(packageName);
  }

  @ReadsFrom<Release>('uploader')
  @FieldResolver(() => User, {
    nullable: true,
    description: 'The user who published it; null once the account is deleted.',
  })
  @Allow(OTHER_USERS)
  async uploader(
    @Root() { uploader }: Row<Release, 'uploader'>,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return uploader && loaders.user(uploader, selectedProperties<User>(info));
  }

  @ReadsFrom<Release>('uploader')
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The name of the user who published it, for all who may read releases; null once the account is deleted.',
  })
  async uploaderName(
    @Root() { uploader }: Row<Release, 'uploader'>,
    @Ctx() { loaders }: Context,
  ): Promise<string | null> {
    const user = uploader && (await loaders.user(uploader, displayNameProperties));
    return user && displayName(user);
  }
}

@Resolver(() => ReleaseEvent)
export class ReleaseEventResolver {
  @FieldResolver(() => Cursor, {
    description: 'The position after this event: pass it as `since` to continue from here.',
  })
  cursor(@Root() event: ReleaseEvent): string {
    return cursorOf(event);
  }
}
