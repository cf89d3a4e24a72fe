import { Field, ID, InputType } from 'type-graphql';
import { FriendAcceptTypeEnum } from './application.types';

@InputType({ description: 'A request to accept, and how.' })
export class AcceptFriendApplicationInput {
  @Field(() => ID, { description: 'The user who asks.' })
  userID: string;

  @Field(() => FriendAcceptTypeEnum, {
    defaultValue: 'AGREE_AND_ADD',
    description: "Whether the asking user enters the viewer's list too.",
  })
  acceptType: 'AGREE' | 'AGREE_AND_ADD';

  @Field(() => String, {
    nullable: true,
    description:
      "The viewer's own remark for the new friend, at most 96 bytes of UTF-8. Without effect for AGREE.",
  })
  friendRemark?: string | null;
}
