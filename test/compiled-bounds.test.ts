import { buildSchema, parse } from 'graphql';
import { CompiledQueries } from '../src/graphql/compiled-queries';
import { executeCompiled } from './support/execute-compiled';

const schema = buildSchema('type Query { me: User } type User { id: ID friend: User }');

/** Executes queries, each parsed once, and says which were answered by a compiled function. */
class Asker {
  private answers = 0;
  private readonly compiled = new CompiledQueries(schema, { onCompiledAnswer: () => this.answers++ });
  private readonly documents = new Map<string, ReturnType<typeof parse>>();

  async ask(query: string): Promise<boolean> {
    const document = this.documents.get(query) ?? parse(query);
    this.documents.set(query, document);
    const before = this.answers;
    await executeCompiled(this.compiled, { schema, document, rootValue: { me: { id: 'ann' } } });
    return this.answers > before;
  }

  async askOften(query: string, times: number): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (let time = 0; time < times; time++) answers.push(await this.ask(query));
    return answers;
  }
}

describe('compiled queries', () => {
  it('are compiled at their third use', async () => {
    const asker = new Asker();
    expect(await asker.askOften('{ me { id } }', 4)).toEqual([false, false, true, true]);
  });

  it('are forgotten, the longest unused first, when there are many', async () => {
    const asker = new Asker();
    await asker.askOften('{ me { id } }', 3);
    await asker.askOften('{ kept: me { id } }', 3);
    for (let index = 0; index < 1_999; index++) await asker.ask(`{ me { f${index}: id } }`);
    expect(await asker.ask('{ kept: me { id } }')).toBe(true);
    expect(await asker.ask('{ me { id } }')).toBe(false);
  });

  it('are forgotten when they are large together', async () => {
    const asker = new Asker();
    const toLarge = (name: string): string =>
      `{ me { ${Array.from({ length: 190 }, (_, index) => `${name}${index}: id`).join(' ')} } }`;
    expect(await asker.askOften(toLarge('first'), 4)).toEqual([false, false, true, true]);
    for (let index = 0; index < 106; index++) await asker.askOften(toLarge(`other${index}x`), 3);
    expect(await asker.ask(toLarge('first'))).toBe(false);
  });

  it('are forgotten when their texts are long together', async () => {
    const asker = new Asker();
    const toLong = (name: string): string => `{ me { ${name}: id } } # ${'x'.repeat(1_000_000)}`;
    expect(await asker.askOften(toLong('first'), 4)).toEqual([false, false, true, true]);
    for (let index = 0; index < 20; index++) await asker.askOften(toLong(`other${index}`), 3);
    expect(await asker.ask(toLong('first'))).toBe(false);
  });

  it('are not compiled when they are too large alone', async () => {
    const asker = new Asker();
    const query = `{ me { ${Array.from({ length: 200 }, (_, index) => `f${index}: id`).join(' ')} } }`;
    expect(await asker.askOften(query, 4)).toEqual([false, false, false, false]);
  });
});
