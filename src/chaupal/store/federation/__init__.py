"""Other servers, their people, their keys, and what is on its way to and from them."""
