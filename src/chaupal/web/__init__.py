"""Words in and out for people: pages, forms and the office, in Indian languages first."""
