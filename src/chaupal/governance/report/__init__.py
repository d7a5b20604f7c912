"""The transparency report as the server has it: kept, frozen, and as statements of reasons. What counts it is `chaupal_audit`."""
