/** What hostile clients cost honest ones: `npm run bench:hostile`, or with BENCH_SHORT=1 a short form that only shows it works. */
import { plan } from './hostile/plan.mjs';
import { writeHostileReport } from './hostile/report.mjs';
import { measureAttacks } from './hostile/rounds.mjs';
import { describeMachine, requireFiles } from './machine.mjs';
import { runBenchmark } from './run.mjs';
import { Workspace } from './workspace.mjs';

const KINDS = ['REQUESTS', 'CONNECTS', 'FAILURES', 'QUERIES', 'MUTATIONS', 'SUBSCRIPTIONS', 'EXPORTS'];

await runBenchmark(plan.short || plan.attacks !== null, async ({ folder, say, keep }) => {
  const machine = describeMachine();
  requireFiles(plan.idle);
  const workspace = new Workspace(folder);
  const owners = Array.from({ length: plan.users }, (_, index) => `honest-${index}`);
  workspace.prepare(plan.friends, owners);
  const toForm = (limits) => {
    const others = Object.entries(workspace.copy(plan.friends)).filter(([name]) => !name.includes('_RATE_'));
    return Object.fromEntries([...others, ...limits]);
  };
  const forms = { off: toForm(KINDS.map((kind) => [`AMICUS_RATE_${kind}`, '0'])), default: toForm([]) };
  const windows = await measureAttacks(forms, owners, { plan, say });
  console.log(await writeHostileReport(await keep('hostile-full', { machine, plan, windows })));
});
