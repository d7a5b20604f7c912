"""The one law: what a viewer may see and why. Pure, without input or output."""
