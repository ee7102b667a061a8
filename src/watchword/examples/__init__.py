"""The imagined station that the docs speak of: `station.watch`, its scene `station.json`, and what it includes."""
