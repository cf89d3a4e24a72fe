import type { Answer, Model } from './model';
import type { Step } from './steps';

/**
 * How a model may stand after calls that ran at the same time: as after one of their orders, of those that give the
 * answers that were given. None when no order does.
 */
export function applyAtOnce(
  models: readonly Model[],
  steps: readonly Step[],
  answers: readonly Answer[],
): Model[] {
  const found = new Map<string, Model>();
  for (const model of models) {
    for (const order of permute(steps.map((_, index) => index))) {
      const next = model.clone();
      const fits = order.every((index) => {
        const step = steps[index];
        return step !== undefined && JSON.stringify(next.apply(step)) === JSON.stringify(answers[index]);
      });
      if (fits) found.set(toText(next), next);
    }
  }
  return [...found.values()];
}

function permute(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) =>
    permute(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

function toText({ users }: Model): string {
  return JSON.stringify([...users], (_key, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value,
  );
}
