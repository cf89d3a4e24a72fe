/** What graphql-ws says of an operation begins like this. */
const OPERATION_MESSAGE = /^\{"id":"\d+ ((?:[^"\\]|\\.)*)","type":"(next|error|complete)"/;

/**
 * The names under which graphql-ws knows the operations of one socket: a number that is given once, and the client's id.
 * The id alone would not do: it is free again as soon as either side has completed the operation, while graphql-ws goes
 * by the name alone and would give what is left of one operation to the next.
 */
export class OperationNames {
  /** By the client's id, of what the client may still hear of. */
  private readonly names = new Map<string, string>();
  private count = 0;

  /** The name of an operation that begins; null while its id belongs to another one. */
  begin(id: string): string | null {
    if (this.names.has(id)) return null;
    this.count += 1;
    const name = `${this.count} ${id}`;
    this.names.set(id, name);
    return name;
  }

  /** The name of the operation that the client completes, whose id is free from now on; null where there is none. */
  end(id: string): string | null {
    const name = this.names.get(id) ?? null;
    this.names.delete(id);
    return name;
  }

  /** A message of graphql-ws as the client is to see it. The last one of an operation gives its id back. */
  toClient(text: string): string {
    const [head, id = '', type = ''] = OPERATION_MESSAGE.exec(text) ?? [''];
    if (head === '') return text;
    if (type !== 'next') this.names.delete(JSON.parse(`"${id}"`) as string);
    return `{"id":"${id}","type":"${type}"${text.slice(head.length)}`;
  }
}

export function toClientID(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}
