/** Milliseconds of a clock that all processes of the machine share. */
export function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Rejects when `work` takes longer than `limitMs`; the work itself goes on. */
export async function within(limitMs, what, work) {
  let timer;
  const tooLate = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
