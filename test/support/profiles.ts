import { EMPTY_PROFILE, type Profile } from '../../src/users/profile';
import { RowProfile } from '../../src/users/profile-row';

/** A profile as it is read from the store; what is not given is unset. */
export function toReadProfile(given: Partial<Profile> & Pick<Profile, 'id'>): RowProfile {
  const epoch = new Date(0);
  const profile: Profile = { ...EMPTY_PROFILE, createdAt: epoch, updatedAt: epoch, ...given };
  const row = [
    profile.createdAt.getTime(),
    profile.updatedAt.getTime(),
    profile.id,
    profile.nickName,
    profile.faceUrl,
    profile.selfSignature,
    profile.gender,
    profile.birthday,
    profile.allowType,
    profile.role,
    profile.level,
    JSON.stringify(profile.customInfo),
  ];
  return new RowProfile(row, 0);
}
