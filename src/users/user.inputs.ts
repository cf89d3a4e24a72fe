import { Field, ID, InputType, Int } from 'type-graphql';
import { createEnum } from '../graphql/enum';
import type { AdminForbidType, AllowType, Gender } from './profile';
import { AllowTypeEnum, GenderEnum } from './user.types';

const AdminForbidTypeEnum = createEnum<AdminForbidType>(
  'AdminForbidType',
  'Whether an administrator forbids a user to send friend requests.',
  {
    NONE: 'The user may send requests. The default.',
    SEND_OUT: 'The user may not; `addFriend` answers REQUESTS_FORBIDDEN.',
  },
);

@InputType({ description: "A field of the app's own, to be written." })
export class CustomFieldInput {
  @Field(() => String, { description: '1 to 8 letters, each key once.' })
  key: string;

  @Field(() => String, { description: 'At most 500 bytes of UTF-8. Empty removes the key.' })
  value: string;
}

@InputType()
abstract class ProfileInput {
  @Field(() => String, {
    nullable: true,
    description: 'Nick name, at most 500 bytes of UTF-8. Empty clears it.',
  })
  nickName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'URL of the picture, at most 500 bytes. Empty clears it.',
  })
  faceUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Personal signature, at most 500 bytes of UTF-8. Empty clears it.',
  })
  selfSignature?: string | null;

  @Field(() => GenderEnum, { nullable: true, description: 'Gender.' })
  gender?: Gender | null;

  @Field(() => Int, { nullable: true, description: 'A real date as YYYYMMDD, or 0 to clear it.' })
  birthday?: number | null;

  @Field(() => AllowTypeEnum, { nullable: true, description: 'Who may befriend the user.' })
  allowType?: AllowType | null;

  @Field(() => Int, { nullable: true, description: "The app's own number for a role, not negative." })
  role?: number | null;

  @Field(() => Int, { nullable: true, description: "The app's own number for a level, not negative." })
  level?: number | null;

  @Field(() => [CustomFieldInput], {
    nullable: true,
    description:
      'Custom fields to write; others stay. An empty value removes the key. At most 20 stay afterwards.',
  })
  customInfo?: CustomFieldInput[] | null;
}

@InputType({
  description:
    'Only the fields given are written; one that is null counts as not given. An empty custom value removes the key.',
})
export class SetSelfInfoInput extends ProfileInput {}

@InputType({
  description: 'A user to create, or to change where it exists. Fields left out or null stay as they are.',
})
export class ImportUserInput extends ProfileInput {
  @Field(() => ID, { description: 'The user id: 1 to 32 bytes of printable ASCII without blanks.' })
  userID: string;

  @Field(() => AdminForbidTypeEnum, {
    nullable: true,
    description: 'Whether the user is forbidden to send friend requests. Nobody can read it.',
  })
  adminForbidType?: AdminForbidType | null;
}
