"""Coming in: passwords, second steps, passkeys, and apps by OAuth."""
