import { createUsers } from './support/people';
import { TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const PROFILE = `id nickName faceUrl selfSignature gender birthday allowType role level
  customInfo { key value } createdAt updatedAt`;
const SET = `mutation ($input: SetSelfInfoInput!) { setSelfInfo(input: $input) { ${PROFILE} } }`;
const ME = `{ me { ${PROFILE} } }`;

describeOnStores('profiles', (store) => {
  let server: TestServer;
  let nowMs = Date.UTC(2026, 0, 1);
  beforeAll(async () => {
    server = await TestServer.start({ store, clock: { now: () => nowMs } });
    nowMs = Date.now();
  });
  afterAll(() => server.stop());

  const set = async (userID: string, input: Record<string, unknown>): Promise<Record<string, unknown>> =>
    (await server.call<{ setSelfInfo: Record<string, unknown> }>(userID, SET, { input })).setSelfInfo;

  it('begin empty, and need the user to confirm requests', async () => {
    const { me } = await server.call<{ me: Record<string, unknown> }>('new', ME);
    expect(me).toEqual({
      id: 'new',
      nickName: '',
      faceUrl: '',
      selfSignature: '',
      gender: 'UNKNOWN',
      birthday: 0,
      allowType: 'NEED_CONFIRM',
      role: 0,
      level: 0,
      customInfo: [],
      createdAt: new Date(nowMs).toISOString(),
      updatedAt: new Date(nowMs).toISOString(),
    });
  });

  it('take every field, and give it to others', async () => {
    const input = {
      nickName: 'Ann Ω',
      faceUrl: 'https://example.org/a.png',
      selfSignature: 'hello',
      gender: 'FEMALE',
      birthday: 20000229,
      allowType: 'DENY_ANY',
      role: 3,
      level: 2147483647,
      customInfo: [{ key: 'Town', value: 'Köln' }],
    };
    const created = nowMs;
    await server.call('ann', ME);
    nowMs += 1000;
    const times = { createdAt: new Date(created).toISOString(), updatedAt: new Date(nowMs).toISOString() };
    expect(await set('ann', input)).toEqual({ id: 'ann', ...input, ...times });
    const query = `{ usersInfo(userIDs: ["ann"]) { resultCode code resultInfo fetchedAt user { ${PROFILE} } } }`;
    expect(await server.call('other', query)).toEqual({
      usersInfo: [
        {
          resultCode: 'OK',
          code: 0,
          resultInfo: '',
          fetchedAt: new Date(nowMs).toISOString(),
          user: { id: 'ann', ...input, ...times },
        },
      ],
    });
  });

  it('keep the fields that are not given or null, and clear those that are empty', async () => {
    await set('bea', { nickName: 'Bea', faceUrl: 'x', selfSignature: 'y', birthday: 19991231, level: 4 });
    expect(await set('bea', { nickName: '', faceUrl: null, birthday: 0 })).toMatchObject({
      nickName: '',
      faceUrl: 'x',
      selfSignature: 'y',
      birthday: 0,
      level: 4,
    });
  });

  it('merge custom fields by key, sorted; an empty value removes the key', async () => {
    await set('cat', {
      customInfo: [
        { key: 'b', value: '1' },
        { key: 'a', value: '2' },
      ],
    });
    const after = await set('cat', {
      customInfo: [
        { key: 'b', value: '' },
        { key: 'c', value: '3' },
        { key: 'none', value: '' },
      ],
    });
    expect(after['customInfo']).toEqual([
      { key: 'a', value: '2' },
      { key: 'c', value: '3' },
    ]);
  });

  it('that change nothing keep their time', async () => {
    const before = await set('dan', { nickName: 'Dan', customInfo: [{ key: 'a', value: '1' }] });
    nowMs += 1000;
    expect(await set('dan', { nickName: 'Dan', customInfo: [{ key: 'a', value: '1' }] })).toEqual(before);
    expect(await set('dan', {})).toEqual(before);
  });

  it('are answered in the order asked, with what is wrong with an id beside it', async () => {
    await createUsers(server, ['eve', 'fay']);
    const ids = ['fay', 'nobody', 'eve', 'a b', 'fay', ''];
    const query = `query ($ids: [ID!]!) { usersInfo(userIDs: $ids) { userID resultCode code user { id } fetchedAt } }`;
    const { usersInfo } = await server.call<{ usersInfo: Record<string, unknown>[] }>('eve', query, { ids });
    const fetchedAt = new Date(nowMs).toISOString();
    const none = { user: null, fetchedAt: null };
    expect(usersInfo).toEqual([
      { userID: 'fay', resultCode: 'OK', code: 0, user: { id: 'fay' }, fetchedAt },
      { userID: 'nobody', resultCode: 'USER_NOT_FOUND', code: 30003, ...none },
      { userID: 'eve', resultCode: 'OK', code: 0, user: { id: 'eve' }, fetchedAt },
      { userID: 'a b', resultCode: 'INVALID_PARAMETERS', code: 30001, ...none },
      { userID: 'fay', resultCode: 'OK', code: 0, user: { id: 'fay' }, fetchedAt },
      { userID: '', resultCode: 'INVALID_PARAMETERS', code: 30001, ...none },
    ]);
  });
});
