export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known with the document, or that depends on the variables of a request. Never negative. */
export type Cost = number | ((variables: Variables) => number);

/** Numbers end here, for nothing times infinity would be no number. */
const MOST = Number.MAX_SAFE_INTEGER;

export function toNumber(cost: Cost, variables: Variables): number {
  return typeof cost === 'number' ? cost : cost(variables);
}

/** What is known is added up at once. */
export function add(costs: readonly Cost[]): Cost {
  let known = 0;
  const open: Exclude<Cost, number>[] = [];
  for (const cost of costs) {
    if (typeof cost === 'number') known = Math.min(MOST, known + cost);
    else open.push(cost);
  }
  if (open.length === 0) return known;
  return (variables) => {
    let total = known;
    for (const cost of open) total += cost(variables);
    return Math.min(MOST, total);
  };
}

export function multiply(size: Cost, each: Cost): Cost {
  if (size === 0 || each === 0) return 0;
  if (typeof size === 'number' && typeof each === 'number') return Math.min(MOST, size * each);
  return (variables) => Math.min(MOST, toNumber(size, variables) * toNumber(each, variables));
}
