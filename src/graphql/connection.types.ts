import { ArgsType, Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'Where a page stands in its list (Relay Cursor Connections).',
})
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether entries follow this page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether entries stand before this page.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry. Null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last entry. Null on an empty page.' })
  endCursor: string | null;
}

export const FIRST = 'How many entries at most: 0 to 500, 50 when left out. More is BAD_USER_INPUT.';
export const AFTER =
  'Cursor of the entry that the page follows, from an earlier page of the same list. Left out: from the newest on. ' +
  'A text that is no such cursor is BAD_USER_INPUT.';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: FIRST })
  first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  after?: string | null;
}
