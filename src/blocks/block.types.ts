import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.types';
import { User } from '../users/user.types';

@ObjectType({
  simpleResolvers: true,
  description: "An entry of the viewer's blocklist. Private to the viewer.",
})
export class BlockedUser {
  @Field(() => ID, { description: 'Identifies the entry among all objects of the API; opaque.' })
  id: string;

  @Field(() => ID, { description: 'The blocked user.' })
  userID: string;

  @Field(() => User, {
    nullable: true,
    description: 'Profile of the blocked user. Null when the user does not exist.',
  })
  user?: User | null;

  @Field(() => Date, { description: 'When the viewer blocked the user.' })
  blockedAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A blocked user and its place in the list.' })
export class BlockedUserEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this entry.' })
  cursor: string;

  @Field(() => BlockedUser, { description: 'The entry.' })
  node: BlockedUser;
}

@ObjectType({ simpleResolvers: true, description: 'A page of blocked users (Relay Cursor Connections).' })
export class BlockedUserConnection {
  @Field(() => [BlockedUserEdge], { description: 'The entries with their cursors, newest first.' })
  edges: BlockedUserEdge[];

  @Field(() => [BlockedUser], { description: 'The entries alone, in the same order.' })
  nodes: BlockedUser[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many entries the whole list has.' })
  totalCount?: number;
}
