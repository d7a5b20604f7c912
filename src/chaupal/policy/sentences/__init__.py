"""What people are told, in Hindi and English: in place of a withheld thing, by push and mail, and about rulings and complaints."""
