const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of a text like `30s`, `15m`, `1h`, `7d`: from one second to ten years. Null when it is none of these. */
export function findDurationSeconds(text: string): number | null {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (match === null) return null;
  const seconds = Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  return seconds >= 1 && seconds <= 3650 * SECONDS.d ? seconds : null;
}
