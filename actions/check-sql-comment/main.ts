import * as core from '@actions/core';
import { context, getOctokit } from '@actions/github';
import { z } from 'zod';
import { reportMarkdown } from '../check-sql/pull-request/comment-markdown.ts';
import { readReportFile } from '../check-sql/pull-request/report-file.ts';
import {
  findPullRequest,
  MOST_COMMENT_CHARACTERS,
  postStickyComment,
} from '../check-sql/pull-request/sticky-comment.ts';
import { readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';

/** Of the event that GitHub sends when another workflow has ended. */
const workflowRun = z.object({
  workflow_run: z.object({
    head_sha: z.string(),
    head_branch: z.string(),
    head_repository: z.object({ owner: z.object({ login: z.string() }) }),
  }),
});

await runAction('Comment on the pull request', async () => {
  const { report, token } = readInputs({ report: z.string(), token: z.string() });
  const event = workflowRun.safeParse(context.payload);
  if (!event.success) {
    throw new UserError('this action follows a run of another workflow', {
      remedy: 'Use it in a workflow with "on: workflow_run".',
    });
  }
  const { head_sha: headSha, head_branch: headBranch, head_repository: head } = event.data.workflow_run;
  const markdown = reportMarkdown(readReportFile(report), MOST_COMMENT_CHARACTERS);
  const octokit = getOctokit(token, { baseUrl: context.apiUrl });
  const run = { headSha, headBranch, headOwner: head.owner.login };
  const pullRequest = await findPullRequest(octokit, context.repo, run);
  if (pullRequest === null) {
    core.info(`no open pull request has ${headSha} as its newest commit: nothing is posted`);
    core.setOutput('comment-url', '');
    return;
  }
  const url = await postStickyComment(octokit, context.repo, pullRequest, markdown);
  core.info(`commented: ${url}`);
  core.setOutput('comment-url', url);
});
