import { Field, ID, Int, ObjectType } from 'type-graphql';
import { RESULT_CODES, type ResultCode } from '../errors';
import { createEnum } from './enum';

const names = Object.keys(RESULT_CODES) as ResultCode[];

const ResultCodeEnum = createEnum(
  'ResultCode',
  'Outcome of one item of a call. The field `code` beside it carries the number of the original SDK.',
  Object.fromEntries(
    names.map((name) => [name, `${String(RESULT_CODES[name].code)}. ${RESULT_CODES[name].info || 'Done.'}`]),
  ) as Record<ResultCode, string>,
);

/** The four fields that every outcome of one item has; not part of the schema by itself. */
@ObjectType({ simpleResolvers: true })
export abstract class ItemOutcome {
  @Field(() => ID, { description: 'The user that the item is about, as it was asked for.' })
  userID: string;

  @Field(() => ResultCodeEnum, { description: 'Outcome of this item.' })
  resultCode: ResultCode;

  @Field(() => Int, { description: 'The number of the original SDK for `resultCode`; 0 for OK.' })
  code: number;

  @Field(() => String, {
    description: 'What the outcome means, in English, for developers. Empty when `resultCode` is OK.',
  })
  resultInfo: string;
}
