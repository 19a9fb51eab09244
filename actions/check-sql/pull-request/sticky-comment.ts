import type { getOctokit } from '@actions/github';

/** Begins the comment; not shown. */
const MARKER = '<!-- check-sql: this comment is updated by each run -->';
/** GitHub takes 65,536 characters. */
export const MOST_COMMENT_CHARACTERS = 65_000 - MARKER.length;

export interface Repository {
  owner: string;
  repo: string;
}

/** The run whose report is posted, as GitHub's own event tells of it. */
export interface CheckedRun {
  headSha: string;
  headBranch: string;
  /** Of the repository that the branch is in: a fork's or the own one. */
  headOwner: string;
}

type Octokit = ReturnType<typeof getOctokit>;

/**
 * The open pull request whose newest commit is the one that was checked; null when there is none, or none any more.
 * The event itself names none for a fork's branch.
 */
export async function findPullRequest(
  octokit: Octokit,
  repository: Repository,
  { headSha, headBranch, headOwner }: CheckedRun,
): Promise<number | null> {
  const { data } = await octokit.rest.pulls.list({
    ...repository,
    state: 'open',
    head: `${headOwner}:${headBranch}`,
    per_page: 100,
  });
  return data.find(({ head }) => head.sha === headSha)?.number ?? null;
}

/** Writes the comment, over the one that an earlier run wrote. Returns its address. */
export async function postStickyComment(
  octokit: Octokit,
  repository: Repository,
  pullRequest: number,
  markdown: string,
): Promise<string> {
  const body = `${MARKER}\n${markdown}`;
  const comments = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    ...repository,
    issue_number: pullRequest,
    per_page: 100,
  });
  for await (const { data } of comments) {
    // Anybody may write the marker; a bot's comment is no person's.
    const own = data.find((comment) => comment.body?.startsWith(MARKER) && comment.user?.type === 'Bot');
    if (own === undefined) continue;
    const updated = await octokit.rest.issues.updateComment({ ...repository, comment_id: own.id, body });
    return updated.data.html_url;
  }
  const created = await octokit.rest.issues.createComment({ ...repository, issue_number: pullRequest, body });
  return created.data.html_url;
}
