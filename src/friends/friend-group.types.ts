import { Field, ID, Int, ObjectType } from 'type-graphql';
import { FriendConnection } from './friend.types';

@ObjectType({
  simpleResolvers: true,
  description: "One of the viewer's friend groups. Private to the viewer.",
})
export class FriendGroup {
  @Field(() => ID, {
    description: 'Identifies the group among all objects of the API; opaque, and new after a rename.',
  })
  id: string;

  @Field(() => String, {
    description: '1 to 30 bytes of UTF-8, unique among the groups of the viewer (exact bytes).',
  })
  name: string;

  @Field(() => Int, { description: 'How many friends are in the group.' })
  friendCount: number;

  @Field(() => FriendConnection, { description: 'The friends in the group, newest friendship first.' })
  friends?: FriendConnection;

  @Field(() => Date, { description: 'When the group was created.' })
  createdAt: Date;
}
