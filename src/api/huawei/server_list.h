/* Servers of the caller's project by what clients ask for, a page at a time. */
#ifndef API_HUAWEI_SERVER_LIST_H
#define API_HUAWEI_SERVER_LIST_H

#include "api/huawei/rest.h"

/* NULL and "" ask for nothing. */
struct server_query {
	int kind; /* enum machine_kind, or -1 */
	const char *id;          /* or several, with commas between */
	const char *flavor, *image, *address, *zone, *key_name;
	const char *address_part; /* a part of the address */
	const char *charging;    /* "0" or "post_paid": paid by use, any other: for a period */
	const char *name;        /* a part of it */
	const char *status;      /* "ACTIVE" */
	const char *tags;        /* keys and KEY=VALUE with commas between: all of them */
	const char *not_tags;    /* likewise: none of them */
	const char *enterprise_project; /* "all_granted_eps": any */
	const char *marker;      /* behind the server of that id; no server's: nothing */
	int64_t launched_since;  /* 0: whenever, and also those that were not */
	int64_t skip, limit;     /* limit 0: all */
};

/* Newest first. `total` gets how many there are beside the page. */
size_t server_list(struct call *call, const struct server_query *query, struct instance **ret, int64_t *ret_total);

#endif
