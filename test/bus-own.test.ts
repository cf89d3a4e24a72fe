import type { Bus } from '../src/events/bus';
import { MemoryBus } from '../src/events/bus-memory';
import { BusEar } from './support/bus-ear';
import type { BusWire } from './support/bus-wire';
import { findPostgresWires } from './support/bus-wire-postgres';
import { findRedisWires } from './support/bus-wire-redis';

type JoinBus = (onError?: (error: unknown) => void) => Promise<Bus>;

const alone = { join: ((onError = () => undefined) => Promise.resolve(new MemoryBus(onError))) as JoinBus };
const kinds: { name: string; lay: () => Promise<Pick<BusWire, 'join'> & Partial<BusWire>> }[] = [
  { name: 'memory', lay: () => Promise.resolve(alone) },
  ...findPostgresWires(),
  ...findRedisWires(),
];

describe.each(kinds)('what a bus does for its own process ($name)', ({ lay }) => {
  let wire: Awaited<ReturnType<typeof lay>>;
  let bus: Bus;
  let errors: unknown[];
  beforeAll(async () => {
    wire = await lay();
  });
  afterAll(() => wire.remove?.());
  beforeEach(async () => {
    errors = [];
    bus = await wire.join((error) => errors.push(error));
  });
  afterEach(() => bus.stop());

  it('tells every listener within the call, with the hints as they are', () => {
    const ears = [new BusEar(bus), new BusEar(bus)];
    const hints = [
      { userID: 'ann', head: 7, appended: { epoch: 'one', head: 7, facts: [] } },
      { userID: 'bob', head: null },
    ];
    bus.publish(hints);
    for (const ear of ears) expect(ear.takeAll()).toEqual([{ kind: 'hints', hints }]);
  });

  it('tells edges to others only: who changes one knows it', () => {
    const ear = new BusEar(bus);
    bus.publishEdges([{ ownerID: 'ann', peerID: 'bob' }]);
    expect(ear.takeAll()).toEqual([]);
  });

  it('tells nothing to who has left, also when the same function stays by another call', () => {
    const heard: string[] = [];
    const listener = (): void => void heard.push('heard');
    const leave = bus.subscribe(listener);
    bus.subscribe(listener);
    leave();
    leave();
    bus.publish([{ userID: 'ann', head: 1 }]);
    expect(heard).toEqual(['heard']);
  });

  it('goes on when a listener throws, and reports that', () => {
    const fault = new Error('a listener at fault');
    bus.subscribe(() => {
      throw fault;
    });
    const ear = new BusEar(bus);
    bus.publish([{ userID: 'ann', head: 1 }]);
    expect(ear.takeAll()).toHaveLength(1);
    expect(errors).toEqual([fault]);
  });

  it('is up, and says so', () => {
    expect(bus.isUp).toBe(true);
  });

  it('stops twice, and goes on telling its own process', async () => {
    const ear = new BusEar(bus);
    await bus.stop();
    await bus.stop();
    bus.publish([{ userID: 'ann', head: 1 }]);
    bus.publishEdges([{ ownerID: 'ann', peerID: 'bob' }]);
    expect(ear.takeAll()).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});
