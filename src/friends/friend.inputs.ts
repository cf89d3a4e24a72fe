import { Field, ID, InputType, Int } from 'type-graphql';
import { AFTER, FIRST } from '../graphql/connection.types';
import { CustomFieldInput } from '../users/user.inputs';
import { FriendTypeEnum } from './friend.types';

@InputType({
  description:
    "The viewer's own notes on a friend. Only the fields given are written; null counts as not given.",
})
export class SetFriendInfoInput {
  @Field(() => ID, { description: "A user in the viewer's friend list." })
  userID: string;

  @Field(() => String, { nullable: true, description: 'Remark, at most 96 bytes of UTF-8. Empty clears it.' })
  friendRemark?: string | null;

  @Field(() => [CustomFieldInput], {
    nullable: true,
    description:
      'Custom fields to write; others stay. An empty value removes the key. At most 20 stay afterwards.',
  })
  friendCustomInfo?: CustomFieldInput[] | null;
}

@InputType({ description: 'A user to befriend, and how.' })
export class AddFriendInput {
  @Field(() => ID, { description: 'The user to befriend.' })
  userID: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The viewer's own remark for the new friend, at most 96 bytes of UTF-8. Kept until the request is accepted.",
  })
  friendRemark?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "One of the viewer's groups to put the friend into, 1 to 30 bytes of UTF-8. Created if missing and there is room.",
  })
  friendGroup?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Words for the other user, at most 256 bytes of UTF-8.',
  })
  addWording?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the request comes from: 1 to 8 letters, with or without `AddSource_Type_` before them.',
  })
  addSource?: string | null;

  @Field(() => FriendTypeEnum, {
    defaultValue: 'BOTH',
    description: "Whether both lists are to grow or the viewer's only.",
  })
  addType: 'SINGLE' | 'BOTH';
}

@InputType({ description: 'An entry of a friend list to be imported.' })
export class ImportFriendInput {
  @Field(() => ID, { description: 'The user who is to be in the list.' })
  userID: string;

  @Field(() => String, { nullable: true, description: "The owner's remark, at most 96 bytes of UTF-8." })
  friendRemark?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "The owner's groups that the friend is in, 1 to 30 bytes of UTF-8 each. Created if missing and there is room.",
  })
  friendGroups?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the friendship came from: 1 to 8 letters, with or without `AddSource_Type_` before them.',
  })
  addSource?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The words that began it, at most 256 bytes of UTF-8.',
  })
  addWording?: string | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the friendship began, in the years 0000 to 9999 in UTC; now when left out.',
  })
  addTime?: Date | null;

  @Field(() => [CustomFieldInput], {
    nullable: true,
    description: "The owner's custom fields for the friend, at most 20.",
  })
  friendCustomInfo?: CustomFieldInput[] | null;
}

@InputType({ description: "What to look for among the viewer's friends." })
export class SearchFriendsInput {
  @Field(() => [String], {
    description: '1 to 5 texts, none empty; a friend that holds any of them is found. Case does not count.',
  })
  keywords: string[];

  @Field(() => Boolean, { defaultValue: true, description: 'Whether to look at user ids.' })
  searchUserID: boolean;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether to look at nick names.' })
  searchNickName: boolean;

  @Field(() => Boolean, { defaultValue: true, description: "Whether to look at the viewer's remarks." })
  searchRemark: boolean;

  @Field(() => Int, { nullable: true, description: FIRST })
  first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  after?: string | null;
}
