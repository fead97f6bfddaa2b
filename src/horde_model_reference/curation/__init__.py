"""From analysis to pull request: the impact of a deletion, a policy, a plan, a patch."""
