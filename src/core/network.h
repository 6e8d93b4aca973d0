/* Private clouds and their switches: made, changed, removed; and the place of an instance among them. No packet moves
 * here. Neither has a job: they become usable when their time has come, by the clock alone. */
#ifndef CORE_NETWORK_H
#define CORE_NETWORK_H

#include "base/cidr.h"
#include "contract/network.h"
#include "core/core.h"

#define VPCS_MAX               100 /* of an account in a region */
#define VSWITCHES_MAX          150 /* of a VPC (CreateVSwitch page, "Operation description") */
#define VPC_MASK_MIN           8
#define VPC_MASK_MAX           28
#define VSWITCH_MASK_MIN       16 /* CreateVSwitch page, CidrBlock */
#define VSWITCH_MASK_MAX       29
#define VSWITCH_RESERVED_FIRST 1 /* addresses that no instance has (CreateVSwitch page, "Operation description") */
#define VSWITCH_RESERVED_LAST  3
#define USER_CIDRS_MAX         3
#define VPC_CIDR_DEFAULT       "172.16.0.0/12"

bool find_vpc(const struct work *work, const char *id, struct vpc *ret);
bool find_vswitch(const struct work *work, const char *id, struct vswitch *ret);

/* ---- VPCs (core/vpc.c) ---- */

struct vpc_create_args {
	const char *name;
	const char *description;
	const char *cidr;       /* NULL: VPC_CIDR_DEFAULT */
	const char *user_cidrs; /* comma separated */
	const char *resource_group;
	const char *address_pool; /* there are none */
	bool ipv6;                /* there is none */
	bool dns_hostnames;
	const struct tag *tags;
	size_t n_tags;
};
bool vpc_create(struct work *work, const struct vpc_create_args *args, struct vpc *ret);

/* Members that are NULL stay as they are. */
struct vpc_modify_args {
	const char *vpc;
	const char *name;
	const char *description;
	const char *cidr; /* holds every VSwitch */
	bool ipv6;
	bool dns_hostnames_given, dns_hostnames;
};
bool vpc_modify(struct work *work, const struct vpc_modify_args *args);

bool vpc_delete(struct work *work, const char *id);

/* ---- VSwitches (core/vswitch.c) ---- */

struct vswitch_create_args {
	const char *vpc;
	const char *zone;
	const char *cidr;
	const char *name;
	const char *description;
	const struct tag *tags;
	size_t n_tags;
};
bool vswitch_create(struct work *work, const struct vswitch_create_args *args, const char **ret_id);

struct vswitch_modify_args {
	const char *vswitch;
	const char *name; /* NULL: stays */
	const char *description;
};
bool vswitch_modify(struct work *work, const struct vswitch_modify_args *args);

bool vswitch_delete(struct work *work, const char *id);

/* Addresses for instances that are not taken. */
int64_t vswitch_free(const struct work *work, const struct vswitch *vswitch);

/* ---- places (core/place.c) ---- */

/* Where instances that are to be made shall be. All may be absent; what is named must be there and fit. */
struct network_place_args {
	const char *region;
	const char *zone;            /* of the instances; NULL: the VSwitch's */
	const char *vswitch;
	const char *security_groups; /* comma separated */
	const char *address;         /* of the first */
	int64_t amount;
};

struct network_place {
	enum refusal_reason refusal; /* REFUSE_NONE: it can be had */
	const char *zone;            /* of the VSwitch; NULL without one */
	const char *vpc;             /* "" without a VSwitch */
	const char **addresses;      /* one for each; NULL without a VSwitch */
};
struct network_place network_place(struct work *work, const struct network_place_args *args);

#endif
