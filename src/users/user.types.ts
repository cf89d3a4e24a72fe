import { Field, ID, Int, ObjectType } from 'type-graphql';
import { createEnum } from '../graphql/enum';
import { ItemOutcome } from '../graphql/result-code.types';
import type { AllowType, Gender } from './profile';

export const GenderEnum = createEnum<Gender>('Gender', 'Gender of a user, as the user says.', {
  UNKNOWN: 'Not said.',
  MALE: 'Male.',
  FEMALE: 'Female.',
});

export const AllowTypeEnum = createEnum<AllowType>('AllowType', 'Who may befriend this user.', {
  ALLOW_ANY: 'Anybody, without being asked.',
  NEED_CONFIRM: 'Who asks and is accepted. The default.',
  DENY_ANY: 'Nobody; requests are refused with PEER_DENIES_ALL.',
});

@ObjectType({ simpleResolvers: true, description: "A field of the app's own." })
export class CustomField {
  @Field(() => String, { description: '1 to 8 letters, unique within its list.' })
  key: string;

  @Field(() => String, { description: 'At most 500 bytes of UTF-8, never empty.' })
  value: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Profile of a user (V2TIMUserFullInfo). Everybody signed in may read it; only the user and administrators write it.',
})
export class User {
  @Field(() => ID, { description: 'The user id: 1 to 32 bytes of printable ASCII without blanks.' })
  id: string;

  @Field(() => String, { description: 'Nick name, at most 500 bytes of UTF-8. Empty when unset.' })
  nickName: string;

  @Field(() => String, { description: "URL of the user's picture, at most 500 bytes. Empty when unset." })
  faceUrl: string;

  @Field(() => String, { description: 'Personal signature, at most 500 bytes of UTF-8. Empty when unset.' })
  selfSignature: string;

  @Field(() => GenderEnum, { description: 'Gender, UNKNOWN when unset.' })
  gender: Gender;

  @Field(() => Int, { description: 'Birthday as YYYYMMDD, 0 when unset.' })
  birthday: number;

  @Field(() => AllowTypeEnum, { description: 'Who may befriend this user.' })
  allowType: AllowType;

  @Field(() => Int, { description: "The app's own number for a role; 0 when unset." })
  role: number;

  @Field(() => Int, { description: "The app's own number for a level; 0 when unset." })
  level: number;

  @Field(() => [CustomField], { description: "The app's own fields, at most 20, sorted by key." })
  customInfo: CustomField[];

  @Field(() => Date, { description: 'When the user came to be known here.' })
  createdAt: Date;

  @Field(() => Date, { description: 'When the profile was last changed.' })
  updatedAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'Answer for one user id of `usersInfo`.' })
export class UserInfoResult extends ItemOutcome {
  @Field(() => User, { nullable: true, description: 'The profile. Null unless `resultCode` is OK.' })
  user: User | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When this copy was read from the store. Now for the viewer and friends; up to ten minutes old for strangers. ' +
      'Null unless `resultCode` is OK.',
  })
  fetchedAt: Date | null;
}
