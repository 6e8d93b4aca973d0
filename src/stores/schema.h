/* The versions of the schema, embedded at build time by tools/embed.py from schema/NNNN.sql. How one is
 * applied is the engine's business. */
#ifndef STORES_SCHEMA_H
#define STORES_SCHEMA_H

struct migration {
	int version; /* 1, 2, ... without gaps */
	const char *name;
	const char *sql; /* NULL: the end */
};

extern const struct migration store_migrations[];

/* All of them at once, for a store that has nothing yet. */
extern const char store_migrations_at_once[];

#endif
