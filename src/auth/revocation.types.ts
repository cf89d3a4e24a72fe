import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.types';

@InputType({ description: 'Names all tokens of a user, or one token: exactly one of the two fields.' })
export class TokensInput {
  @Field(() => ID, {
    nullable: true,
    description: 'All tokens of this user (`sub`) that were issued until now. The user need not exist.',
  })
  userID?: string | null;

  @Field(() => ID, { nullable: true, description: 'The one token with this `jti`; 1 to 512 bytes.' })
  tokenID?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Tokens that are refused although they are good by themselves. Only administrators may see it.',
})
export class Revocation {
  @Field(() => ID, { description: 'Identifies the revocation; opaque.' })
  id: string;

  @Field(() => ID, { nullable: true, description: 'The user whose tokens are refused. Null for one token.' })
  userID: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The `jti` of the token that is refused. Null for all tokens of a user.',
  })
  tokenID: string | null;

  @Field(() => Date, {
    description:
      'When it was revoked last. Of a user, the tokens are refused whose `iat` is not later, and those without an `iat`.',
  })
  revokedAt: Date;
}

@ObjectType({ simpleResolvers: true, description: 'A revocation and its place in the list.' })
export class RevocationEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this entry.' })
  cursor: string;

  @Field(() => Revocation, { description: 'The entry.' })
  node: Revocation;
}

@ObjectType({ simpleResolvers: true, description: 'A page of revocations (Relay Cursor Connections).' })
export class RevocationConnection {
  @Field(() => [RevocationEdge], { description: 'The entries with their cursors, newest first.' })
  edges: RevocationEdge[];

  @Field(() => [Revocation], { description: 'The entries alone, in the same order.' })
  nodes: Revocation[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many entries the whole list has.' })
  totalCount?: number;
}
