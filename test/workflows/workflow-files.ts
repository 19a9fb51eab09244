import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));

const step = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});

const job = z.object({
  permissions: permissions.optional(),
  environment: z.string().optional(),
  'timeout-minutes': z.number().optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  steps: z.array(step),
});

const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) }),
  jobs: z.record(z.string(), job),
});

const action = z.object({
  inputs: z
    .record(z.string(), z.object({ required: z.boolean().default(false), default: z.unknown().optional() }))
    .default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  runs: z.object({
    using: z.string(),
    main: z.string().optional(),
    post: z.string().optional(),
    steps: z.array(step).default([]),
  }),
});

export type Step = z.infer<typeof step>;
export type Workflow = z.infer<typeof workflow> & { name: string; text: string };
export type Action = z.infer<typeof action> & { name: string; text: string };

/** The workflows of the repository. */
export const workflows: Workflow[] = globSync('.github/workflows/*.yml')
  .sort()
  .map((file) => {
    const text = readFileSync(file, 'utf8');
    return { name: basename(file, '.yml'), text, ...workflow.parse(parse(text)) };
  });

/** The actions of the repository, by name. */
export const actions: Map<string, Action> = new Map(
  globSync('actions/*/action.yml').map((file) => {
    const text = readFileSync(file, 'utf8');
    const name = file.split('/')[1]!;
    return [name, { name, text, ...action.parse(parse(text)) }];
  }),
);

/** Every step of every workflow and composite action, with where it stands. */
export const steps: { where: string; step: Step; isComposite: boolean }[] = [
  ...workflows.flatMap((one) =>
    Object.entries(one.jobs).flatMap(([name, { steps: list }]) =>
      list.map((each, index) => ({ where: `${one.name}/${name}[${index}]`, step: each, isComposite: false })),
    ),
  ),
  ...[...actions.values()].flatMap(({ name, runs }) =>
    runs.steps.map((each, index) => ({ where: `actions/${name}[${index}]`, step: each, isComposite: true })),
  ),
];
