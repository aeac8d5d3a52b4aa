// The least that a check of branch names can be in Probot: one check run a pull request, written by its own client.
export default (app) => {
  app.on(["pull_request.opened", "pull_request.edited"], async (context) => {
    const { head, base } = context.payload.pull_request;
    const right = head.ref.startsWith("feature/") && base.ref === "dev";
    await context.octokit.rest.checks.create(
      context.repo({
        name: "probot",
        head_sha: head.sha,
        status: "completed",
        conclusion: right ? "success" : "failure",
        output: { title: right ? "May be merged" : "Blocked", summary: "" },
      }),
    );
  });
};
