"""Orders: from an authority's letter to the end of what they ask."""
