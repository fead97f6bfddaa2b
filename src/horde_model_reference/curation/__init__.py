"""From analysis to pull request: what deletion would break, a policy, a plan, a patch."""
