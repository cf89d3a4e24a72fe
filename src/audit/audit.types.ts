import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PageInfo } from '../graphql/connection.types';

@ObjectType({
  simpleResolvers: true,
  description:
    'One act of an administrator: a mutation that only administrators may call, any mutation in the name of another ' +
    'user, or an export. Only administrators may see it.',
})
export class AuditEntry {
  @Field(() => ID, { description: 'Identifies the act; opaque.' })
  id: string;

  @Field(() => Date, { description: 'When the act began.' })
  at: Date;

  @Field(() => ID, {
    description: 'The administrator: the `sub` of the token, or `command line`, which is no user.',
  })
  actorID: string;

  @Field(() => ID, {
    nullable: true,
    description: "In whose name (`x-amicus-act-as`). Null for an act in the administrator's own.",
  })
  actAs: string | null;

  @Field(() => String, { description: 'The field of this schema that was called.' })
  operation: string;

  @Field(() => [ID], {
    description: 'The ids of users, and of tokens, that the operation was given: each once, sorted.',
  })
  targets: string[];

  @Field(() => [String], {
    description:
      'OK, the different result codes of the answer, or the `code` of the error; nothing was changed in that case.',
  })
  outcomes: string[];
}

@ObjectType({ simpleResolvers: true, description: 'An act and its place in the list.' })
export class AuditEntryEdge {
  @Field(() => String, { description: 'Opaque; give it as `after` to go on behind this entry.' })
  cursor: string;

  @Field(() => AuditEntry, { description: 'The entry.' })
  node: AuditEntry;
}

@ObjectType({ simpleResolvers: true, description: 'A page of the audit log (Relay Cursor Connections).' })
export class AuditEntryConnection {
  @Field(() => [AuditEntryEdge], { description: 'The entries with their cursors, newest first.' })
  edges: AuditEntryEdge[];

  @Field(() => [AuditEntry], { description: 'The entries alone, in the same order.' })
  nodes: AuditEntry[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo: PageInfo;

  @Field(() => Int, { description: 'How many entries the whole list has.' })
  totalCount?: number;
}
