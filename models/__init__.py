"""The risk model, its exact explanations and reasons, releases, and the policy that orders visits."""
