/** The process that attacks: one attack at a time, until it is told to stop. */
import { answerParent } from '../control.mjs';
import { ATTACKS } from './attacks.mjs';

let current = null;

answerParent({
  begin: ({ name, ...given }) => {
    const attack = { ...given, isOver: false, acts: 0, sockets: new Set() };
    current = attack;
    attack.done = Promise.all(ATTACKS.find((each) => each.name === name).begin(attack));
    attack.done.catch(() => undefined);
  },
  /** Gives how often the attack did what it does. */
  end: async () => {
    current.isOver = true;
    for (const socket of current.sockets) socket.destroy();
    await current.done;
    return current.acts;
  },
});
