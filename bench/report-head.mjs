/** A load over this at the start means that somebody else was using the machine. */
const QUIET_LOAD = 1;

/** When it was measured, and on what. */
export function toMachine({ date, node, system, cores, processor, memoryGiB }) {
  return `${date.slice(0, 10)}, Node ${node}, ${system}, ${cores} × ${processor}, ${memoryGiB} GiB.`;
}

/** What must be known before the numbers are read; empty where there is nothing. */
export function toWarnings(
  { machine, plan },
  sure = 'ratios within a round say more than absolute numbers.',
) {
  const warnings = [];
  if (plan.short)
    warnings.push('**The short form: it shows that the benchmark works; its numbers say nothing.**');
  if (machine.loadAverageAtStart > QUIET_LOAD)
    warnings.push(
      `**The machine was not idle: load average ${machine.loadAverageAtStart} at the start. Others used the same cores; ${sure}**`,
    );
  return warnings.join('\n\n');
}
