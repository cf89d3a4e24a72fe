import { DataSource, EntitySchema } from 'typeorm';
import { loadSqliteModule } from '../../../dist/database/sqlite-module.js';

const text = (name) => ({ type: 'text', name });
const number = (name, type = 'integer') => ({ type, name });

/** Amicus' tables as TypeORM's documentation writes entities. */
export const User = new EntitySchema({
  name: 'User',
  tableName: 'user',
  columns: {
    id: { type: 'text', primary: true },
    nickName: text('nick_name'),
    faceUrl: text('face_url'),
    selfSignature: text('self_signature'),
    gender: text('gender'),
    birthday: number('birthday'),
    allowType: text('allow_type'),
    role: number('role'),
    level: number('level'),
    customInfo: text('custom_info'),
    createdAt: number('created_at', 'bigint'),
    updatedAt: number('updated_at', 'bigint'),
  },
});

export const Friend = new EntitySchema({
  name: 'Friend',
  tableName: 'friend',
  columns: {
    ownerID: { ...text('owner_id'), primary: true },
    friendID: { ...text('friend_id'), primary: true },
    remark: text('remark'),
    addSource: text('add_source'),
    addWording: text('add_wording'),
    customInfo: text('custom_info'),
    createdAt: number('created_at', 'bigint'),
  },
});

const CONNECTIONS = 10;

export function openDataSource(url) {
  const entities = [User, Friend];
  const options = url.startsWith('sqlite:')
    ? {
        type: 'better-sqlite3',
        driver: loadSqliteModule(),
        database: url.slice('sqlite:'.length),
        enableWAL: true,
        timeout: 5000,
        prepareDatabase: (handle) => handle.pragma('synchronous = FULL'),
      }
    : { type: 'postgres', url, poolSize: CONNECTIONS, installExtensions: false };
  return new DataSource({ ...options, entities }).initialize();
}
