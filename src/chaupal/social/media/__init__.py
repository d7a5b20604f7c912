"""Pictures, films and sounds: taken in and painted anew."""
