import { MessageTurns } from '../src/transport/message-turns';

describe('the messages of one socket', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('wait behind one that is held without taking turns of the event loop, and come in their order then', async () => {
    const handled: string[] = [];
    const turns = new MessageTurns(() => undefined);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    turns.add(() => {
      handled.push('held');
      turns.hold(ended);
    });
    for (const name of ['second', 'third']) turns.add(() => handled.push(name));
    // Ends when no turn is asked for any more.
    jest.runAllTimers();
    expect([handled, turns.isBusy]).toEqual([['held'], true]);
    end();
    await jest.runAllTimersAsync();
    expect([handled, turns.isBusy]).toEqual([['held', 'second', 'third'], false]);
  });
});
