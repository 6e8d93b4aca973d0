/* `cleat reference`: the operations of an API as a page of Markdown or as JSON, printed from the tables that serve them. It
 * adds nothing to what the tables say. */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "api/call.h"
#include "base/option.h"

/* The APIs that it knows, for people. */
#define REFERENCE_APIS "bssapi, control, ecs, ess, huawei-bms, huawei-cinder, huawei-ecs, huawei-evs, huawei-iam, huawei-ims, huawei-nova, location, metadata, rds, slb, sts, vpc"

extern const struct option reference_options[];
int reference_main(int argc, char **argv);

/* Prints a page: all operations of a dialect, `introduction` before them; `later` is the version of its later edition, or NULL. */
void reference_print(const struct dialect *dialect, const char *title, const char *introduction, const char *later);

/* Prints an API of Huawei Cloud ("huawei-ecs"), as a page or as JSON; false: it is none. */
bool reference_huawei(const char *name, bool json);

/* Prints all of a dialect's tables as JSON, with the names of a later edition if there is one. */
void reference_json(const struct dialect *dialect, bool has_later);

/* What a field takes, in a word or two. */
const char *reference_type(const struct field *field);

/* Where an operation with a path takes that field: "path", "query", "header" or "body"; NULL where there is no path. */
const char *reference_place(const struct operation *operation, const struct field *field);

/* Its name on the wire in that edition, where it is there, behind `prefix`: "Tag.N" in requests, "Tags.Tag[]" in replies. */
void reference_name(const struct field *field, enum edition edition, const char *prefix, bool input, char *ret, size_t size);

#endif
