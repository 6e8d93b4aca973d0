/* `cleat reference`: the operations of an API as a page of Markdown or as JSON, printed from the tables that serve them. It
 * adds nothing to what the tables say. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "api/call.h"
#include "base/option.h"

/* The APIs that it knows, for people. */
#define REFERENCE_APIS "bssapi, control, ecs, ess, location, metadata, rds, slb, sts, vpc"

extern const struct option reference_options[];
int reference_main(int argc, char **argv);

/* Prints all of a dialect's tables as JSON, with the names of a later edition if there is one. */
void reference_json(const struct dialect *dialect, bool has_later);

/* What a field takes, in a word or two. */
const char *reference_type(const struct field *field);

/* Its name on the wire in that edition, where it is there, behind `prefix`: "Tag.N" in requests, "Tags.Tag[]" in replies. */
void reference_name(const struct field *field, enum edition edition, const char *prefix, bool input, char *ret, size_t size);

#endif
