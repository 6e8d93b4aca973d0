/* Writes a C struct by its shape, as the members of an object that is already begun: XML or JSON from one table. */
#ifndef API_WRITE_H
#define API_WRITE_H

#include "api/shape.h"
#include "base/writer.h"

/* Writes the fields of `source` in the order of the table. */
void write_fields(struct writer *writer, const struct shape *shape, const void *source);

/* The same for a reader of another edition than the first. */
void write_edition(struct writer *writer, enum edition edition, const struct shape *shape, const void *source);

#endif
