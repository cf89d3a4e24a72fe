import { requireEventPlace, toEventCursor } from '../src/events/event-cursor';

const EPOCH = '0123456789ab';

describe('the cursor of a place in a stream', () => {
  // Each rest that base64 pads, each letter that it has and URLs have not.
  it.each(['ann', 'anna', 'annab', '~~~', '~~~~', '?>?>?', '>>>>>>', '!'.repeat(32)])(
    'of "%s" is base64url, and leads back to the place',
    (userID) => {
      for (const seq of [0, 9, 10, 123, 999_999_999_999_999]) {
        const cursor = toEventCursor(userID, { epoch: EPOCH, seq });
        expect(cursor).toBe(Buffer.from(`${EPOCH} ${seq} ${userID}`).toString('base64url'));
        expect(requireEventPlace(userID, cursor)).toEqual({ epoch: EPOCH, seq });
      }
    },
  );

  it('is refused to another user, and in another spelling', () => {
    const cursor = toEventCursor('~~~', { epoch: EPOCH, seq: 10 });
    for (const text of [
      `${cursor}=`,
      ` ${cursor}`,
      cursor.slice(0, -1),
      Buffer.from(`${EPOCH} 010 ~~~`).toString('base64url'),
    ])
      expect(() => requireEventPlace('~~~', text)).toThrow('is not a cursor');
    expect(() => requireEventPlace('ann', cursor)).toThrow('is not a cursor');
  });
});
