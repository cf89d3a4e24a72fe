/** Null when there is no answer, or none in time. Never rejects. */
export async function answerInTime<Answer>(
  answer: Promise<Answer>,
  timeoutMs: number,
): Promise<Answer | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  const found = await Promise.race([answer.catch(() => null), late]);
  clearTimeout(timer);
  return found;
}
