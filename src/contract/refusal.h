/* Why a verb of the core was not carried out: one word from one list, and what it was about. The words a client reads
 * (code, HTTP status, text) belong to the dialect and the operation: api/operation.h. */
#ifndef CONTRACT_REFUSAL_H
#define CONTRACT_REFUSAL_H

#include <stddef.h>

/* X(name, word): the word is stored in jobs, logged and printed by `cleat why`. */
#define REFUSAL_REASONS(X)                                                     \
	X(NONE, "")                                                            \
	/* the request itself */                                               \
	X(PARAMETER_MISSING, "parameter-missing")                              \
	X(PARAMETER_EMPTY, "parameter-empty")                                  \
	X(PARAMETER_INVALID, "parameter-invalid")                              \
	X(PARAMETER_CONFLICT, "parameter-conflict")                            \
	X(PARAMETERS_TOO_MANY, "parameters-too-many")                          \
	X(PARAMETERS_REPEATED, "parameters-repeated")                          \
	X(PARAMETERS_UNREADABLE, "parameters-unreadable")                      \
	X(FORMAT, "format")                                                    \
	X(FIELD, "field")                                                      \
	X(DRY_RUN_PASSED, "dry-run-passed")                                    \
	X(TOKEN_MISMATCH, "client-token-mismatch")                             \
	X(BATCH_EMPTY, "batch-empty")                                          \
	X(BATCH_TOO_LARGE, "batch-too-large")                                  \
	X(NOT_ALLOWED, "not-allowed")                                          \
	X(UNKNOWN_OPERATION, "unknown-operation")                              \
	X(NOT_BUILT, "operation-not-built")                                    \
	X(UNKNOWN_VERSION, "unknown-version")                                  \
	X(PARAMETER_UNKNOWN, "parameter-unknown")                              \
	X(BODY_EMPTY, "body-empty")                                            \
	X(LENGTHS_CONFLICT, "lengths-conflict")                                \
	X(BODY_TOO_LARGE, "body-too-large")                                    \
	X(HOSTS_CONFLICT, "hosts-conflict")                                    \
	X(HEADERS_MALFORMED, "headers-malformed")                              \
	X(HEADERS_TOO_LARGE, "headers-too-large")                              \
	X(HEADERS_TOO_MANY, "headers-too-many")                                \
	X(TARGET_TOO_LONG, "target-too-long")                                  \
	X(TRANSFER_ENCODING, "transfer-encoding")                              \
	X(METHOD, "method-not-supported")                                      \
	/* the server */                                                       \
	X(AUTHORITY_NONE, "no-authority")                                      \
	X(BUSY, "busy")                                                        \
	X(STORE_FULL, "store-full")                                            \
	X(TIMEOUT, "timeout")                                                  \
	X(INTERNAL, "internal")                                                \
	/* signatures */                                                       \
	X(AUTH_NONE, "not-authenticated")                                      \
	X(AUTH_METHOD, "signature-method")                                     \
	X(AUTH_VERSION, "signature-version")                                   \
	X(AUTH_INCOMPLETE, "signature-incomplete")                             \
	X(AUTH_MISMATCH, "signature-mismatch")                                 \
	X(AUTH_TIME_FORMAT, "time-format")                                     \
	X(AUTH_TIME_EXPIRED, "time-expired")                                   \
	X(AUTH_NONCE_USED, "nonce-used")                                       \
	X(KEY_UNKNOWN, "access-key-unknown")                                   \
	X(KEY_DISABLED, "access-key-disabled")                                 \
	X(KEY_MALFORMED, "access-key-malformed")                               \
	X(ACCOUNTS_TOO_MANY, "accounts-too-many")                              \
	X(TOKEN_MISSING, "security-token-missing")                             \
	X(TOKEN_EXPIRED, "security-token-expired")                             \
	X(TOKEN_MALFORMED, "security-token-malformed")                         \
	X(TOKEN_OF_ANOTHER_KEY, "security-token-of-another-key")               \
	X(CONTROL_TOKEN, "control-token")                                      \
	X(LOGIN_WRONG, "login-wrong")                                          \
	X(LOGIN_SCOPE, "login-scope-unknown")                                  \
	X(TOKEN_UNKNOWN, "token-unknown")                                      \
	X(TOKEN_OLD, "token-expired")                                          \
	X(SUBJECT_TOKEN, "subject-token-unknown")                              \
	X(PROJECT_NAME, "project-name")                                        \
	X(PROJECT_EXISTS, "project-exists")                                    \
	X(PROJECT_LIMIT, "project-limit")                                      \
	/* places */                                                           \
	X(REGION_UNKNOWN, "region-unknown")                                    \
	X(ZONE_UNKNOWN, "zone-unknown")                                        \
	X(ZONE_MISSING, "zone-missing")                                        \
	X(ZONE_MISMATCH, "zone-mismatch")                                      \
	X(PRODUCT_UNKNOWN, "product-unknown")                                  \
	/* accounts */                                                         \
	X(NOT_IN_WHITE_LIST, "not-in-disk-white-list")                         \
	X(KEY_EXISTS, "access-key-exists")                                     \
	X(ACCOUNT_UNKNOWN, "account-unknown")                                  \
	X(ROLE_UNKNOWN, "role-unknown")                                        \
	X(ROLE_ABSENT, "role-absent")                                          \
	X(USER_UNKNOWN, "user-unknown")                                        \
	X(NOT_AUTHORISED, "not-authorised")                                    \
	X(POLICY_MALFORMED, "policy-malformed")                                \
	X(TEMPORARY_KEYS_LIMIT, "temporary-keys-limit")                        \
	/* instances */                                                        \
	X(INSTANCE_UNKNOWN, "instance-unknown")                                \
	X(INSTANCE_STATE, "instance-state")                                    \
	X(INSTANCE_BUILDING, "instance-building")                              \
	X(INSTANCE_STARTING, "instance-starting")                              \
	X(INSTANCE_STOPPING, "instance-stopping")                              \
	X(INSTANCE_REBOOTING, "instance-rebooting")                            \
	X(INSTANCE_RUNNING, "instance-running")                                \
	X(INSTANCE_STOPPED, "instance-stopped")                                \
	X(INSTANCE_LOCKED_SECURITY, "instance-locked-security")                \
	X(INSTANCE_LOCKED_FINANCIAL, "instance-locked-financial")              \
	X(INSTANCE_PROTECTED, "instance-deletion-protected")                   \
	X(INSTANCE_PRE_PAID, "instance-pre-paid")                              \
	X(INSTANCE_POST_PAID, "instance-post-paid")                            \
	X(INSTANCE_DISK_LIMIT, "instance-disk-limit")                          \
	X(INSTANCE_DETACHING_LIMIT, "instance-detaching-limit")                \
	X(INSTANCE_NO_HOT_UNPLUG, "instance-type-no-hot-unplug")               \
	X(INSTANCE_NO_HOT_PLUG, "instance-type-no-hot-plug")                   \
	X(INSTANCE_NO_MULTI_ATTACH, "instance-type-no-multi-attach")           \
	X(INSTANCE_NO_CATEGORY, "instance-type-no-category")                   \
	X(INSTANCE_IMAGE_DELETED, "instance-image-deleted")                    \
	X(INSTANCE_HAS_SYSTEM_DISK, "instance-has-system-disk")                \
	X(INSTANCE_NO_SYSTEM_DISK, "instance-has-no-system-disk")              \
	X(INSTANCE_TYPE_UNKNOWN, "instance-type-unknown")                      \
	X(INSTANCE_NOT_ORIGIN, "instance-not-origin")                          \
	X(IMAGE_UNKNOWN, "image-unknown")                                      \
	X(DEVICE_IN_USE, "device-in-use")                                      \
	X(DEVICE_MALFORMED, "device-malformed")                                \
	X(CREDENTIAL_MISSING, "logon-credential-missing")                      \
	/* disks */                                                            \
	X(DISK_UNKNOWN, "disk-unknown")                                        \
	X(DISK_BASE_IMAGE_LOST, "disk-base-image-lost")                        \
	X(DISK_NOT_ATTACHED, "disk-not-attached")                              \
	X(DISK_ATTACHED_ELSEWHERE, "disk-attached-elsewhere")                  \
	X(DISK_ATTACHED_HERE, "disk-attached-here")                            \
	X(DISK_DETACHING, "disk-detaching")                                    \
	X(DISK_STATE, "disk-state")                                            \
	X(DISK_BUILDING, "disk-building")                                      \
	X(DISK_LOCAL, "disk-local")                                            \
	X(DISK_EPHEMERAL_KEEP, "disk-ephemeral-keep")                          \
	X(DISK_SYSTEM, "disk-system")                                          \
	X(SYSTEM_DISK_ONLINE, "system-disk-of-running-instance")               \
	X(DISK_NOT_PORTABLE, "disk-not-portable")                              \
	X(DISK_MULTI_ATTACH_FLAG, "disk-multi-attach-flag")                    \
	X(DISK_MULTI_ATTACH_BOOT, "disk-multi-attach-boot")                    \
	X(DISK_MULTI_ATTACH_LIMIT, "disk-multi-attach-limit")                  \
	X(DISK_MULTI_ATTACH_CATEGORY, "disk-multi-attach-category")            \
	X(DISK_MULTI_ATTACH_INSTANCE, "disk-multi-attach-instance")            \
	X(DISK_NOT_BOOTABLE, "disk-not-bootable")                              \
	X(DISK_BOOTABLE, "disk-bootable")                                      \
	X(DISK_NOT_SCSI, "disk-not-scsi")                                      \
	X(DISK_OTHER_INSTANCE, "disk-other-instance")                          \
	X(DISK_CATEGORY, "disk-category")                                      \
	X(DISK_SIZE, "disk-size")                                              \
	X(DISK_SIZE_MISSING, "disk-size-missing")                              \
	X(DISK_PERFORMANCE_LEVEL, "disk-performance-level")                    \
	X(DISK_FORCE_UNSUPPORTED, "disk-force-unsupported")                    \
	X(DISK_OVERDUE, "disk-overdue")                                        \
	X(SYSTEM_DISK_CATEGORY, "system-disk-category")                        \
	X(SYSTEM_DISK_SIZE, "system-disk-size")                                \
	X(DISK_IN_USE_BY_GUEST, "disk-in-use-by-guest")                        \
	X(SYSTEM_DISK_TOO_SMALL, "system-disk-too-small")                      \
	X(SYSTEM_DISK_TOO_LARGE, "system-disk-too-large")                      \
	X(SYSTEM_DISK_BELOW_IMAGE, "system-disk-below-image")                  \
	X(IMAGE_MISSING, "image-missing")                                      \
	X(IMAGE_AND_DISK, "image-and-disk")                                    \
	X(DISK_MISSING, "disk-missing")                                        \
	X(NOTHING_TO_CHANGE, "nothing-to-change")                              \
	X(DISK_NEVER_ATTACHED, "disk-never-attached")                          \
	X(DISK_NEVER_USED, "disk-never-used")                                  \
	X(DISK_NO_SNAPSHOTS, "disk-category-no-snapshots")                     \
	X(DISK_MULTI_ATTACH, "disk-multi-attach")                              \
	X(DISK_RESIZING, "disk-resizing")                                      \
	X(DISK_PROVISIONED_IOPS, "disk-provisioned-iops")                      \
	X(DISK_SNAPSHOTTING, "disk-snapshotting")                              \
	X(DISK_PASSTHROUGH, "disk-passthrough")                                \
	X(DISK_ENCRYPTION, "disk-encryption")                                  \
	X(BACKUP_UNKNOWN, "backup-unknown")                                    \
	X(DISK_SAME_SIZE, "disk-same-size")                                    \
	X(DISK_SHRINKS, "disk-shrinks")                                        \
	X(DISK_TOO_LARGE, "disk-too-large")                                    \
	X(DISK_NO_ONLINE_RESIZE, "disk-category-no-online-resize")             \
	X(DISK_MULTI_ATTACH_ONLINE, "disk-multi-attach-online-resize")         \
	X(INSTANCE_NOT_RUNNING, "instance-not-running")                        \
	/* snapshots */                                                        \
	X(SNAPSHOT_UNKNOWN, "snapshot-unknown")                                \
	X(SNAPSHOT_NOT_READY, "snapshot-not-ready")                            \
	X(SNAPSHOT_OTHER_DISK, "snapshot-of-another-disk")                     \
	X(SNAPSHOT_CATEGORY, "snapshot-of-another-category")                   \
	X(SNAPSHOT_GONE, "source-snapshot-deleted")                            \
	X(SNAPSHOT_HAS_DISKS, "snapshot-has-disks")                            \
	X(SNAPSHOT_LIMIT, "snapshot-limit")                                    \
	X(SNAPSHOT_NEEDS_OFF, "snapshot-needs-off")                            \
	X(SNAPSHOT_ENCRYPTION, "snapshot-encryption")                          \
	X(METADATA_LIMIT, "metadata-limit")                                    \
	X(METADATA_UNKNOWN, "metadata-unknown")                                \
	/* networks */                                                         \
	X(VPC_UNKNOWN, "vpc-unknown")                                          \
	X(VPC_STATE, "vpc-state")                                              \
	X(VPC_CIDR, "vpc-cidr")                                                \
	X(VPC_LIMIT, "vpc-limit")                                              \
	X(VPC_HAS_VSWITCH, "vpc-has-vswitch")                                  \
	X(VPC_HAS_SECURITY_GROUP, "vpc-has-security-group")                    \
	X(VPC_MISMATCH, "vpc-mismatch")                                        \
	X(USER_CIDR, "user-cidr")                                              \
	X(USER_CIDR_LIMIT, "user-cidr-limit")                                  \
	X(IPV6_UNSUPPORTED, "ipv6-unsupported")                                \
	X(ADDRESS_POOL_UNKNOWN, "address-pool-unknown")                        \
	X(VSWITCH_UNKNOWN, "vswitch-unknown")                                  \
	X(VSWITCH_STATE, "vswitch-state")                                      \
	X(VSWITCH_CIDR, "vswitch-cidr")                                        \
	X(VSWITCH_CIDR_MASK, "vswitch-cidr-mask")                              \
	X(VSWITCH_CIDR_OUTSIDE, "vswitch-cidr-outside-vpc")                    \
	X(VSWITCH_CIDR_OVERLAPS, "vswitch-cidr-overlaps")                      \
	X(VSWITCH_LIMIT, "vswitch-limit")                                      \
	X(VSWITCH_IN_USE, "vswitch-in-use")                                    \
	X(VSWITCH_ZONE, "vswitch-zone")                                        \
	X(VSWITCH_MISSING, "vswitch-missing")                                  \
	X(ADDRESS_MALFORMED, "address-malformed")                              \
	X(ADDRESS_OUTSIDE, "address-outside-vswitch")                          \
	X(ADDRESS_TAKEN, "address-taken")                                      \
	X(ADDRESSES_EXHAUSTED, "addresses-exhausted")                          \
	X(SECURITY_GROUP_UNKNOWN, "security-group-unknown")                    \
	X(SECURITY_GROUP_LIMIT, "security-group-limit")                        \
	X(SECURITY_GROUP_IN_USE, "security-group-in-use")                      \
	X(SECURITY_GROUP_NAMED, "security-group-named-by-a-rule")              \
	X(SECURITY_GROUP_FULL, "security-group-full")                          \
	X(SECURITY_GROUP_JOINED, "security-group-joined")                      \
	X(SECURITY_GROUP_NOT_JOINED, "security-group-not-joined")              \
	X(SECURITY_GROUP_LAST, "security-group-last")                          \
	X(SECURITY_GROUPS_TOO_MANY, "security-groups-of-instance-limit")       \
	X(RULE_ID_UNKNOWN, "rule-id-unknown")                                  \
	X(RULE_UNKNOWN, "rule-unknown")                                        \
	X(RULE_PEER_KIND, "rule-peer-kind")                                    \
	X(RULE_NIC_TYPE, "rule-nic-type")                                      \
	X(RULE_DUPLICATE, "rule-duplicate")                                    \
	X(RULE_LIMIT, "security-group-rule-limit")                             \
	X(RULE_PROTOCOL, "rule-protocol")                                      \
	X(RULE_POLICY, "rule-policy")                                          \
	X(RULE_PORTS, "rule-ports")                                            \
	X(RULE_SOURCE_PORTS, "rule-source-ports")                              \
	X(RULE_SOURCE, "rule-source")                                          \
	X(RULE_DEST, "rule-destination")                                       \
	X(RULE_SOURCE_IPV6, "rule-source-ipv6")                                \
	X(RULE_DEST_IPV6, "rule-destination-ipv6")                             \
	X(RULE_PEER_MISSING, "rule-peer-missing")                              \
	X(RULE_PEER_UNKNOWN, "rule-peer-unknown")                              \
	X(RULE_PEER_ITSELF, "rule-peer-itself")                                \
	X(RULE_PEER_VPC, "rule-peer-in-another-vpc")                           \
	X(PREFIX_LIST_UNKNOWN, "prefix-list-unknown")                          \
	/* scaling groups */                                                   \
	X(SCALING_GROUP_UNKNOWN, "scaling-group-unknown")                      \
	X(SCALING_GROUP_STATE, "scaling-group-state")                          \
	X(SCALING_GROUP_NAME, "scaling-group-name-taken")                      \
	X(SCALING_GROUP_LIMIT, "scaling-group-limit")                          \
	X(SCALING_GROUP_SIZES, "scaling-group-sizes")                          \
	X(SCALING_GROUP_PROTECTED, "scaling-group-protected")                  \
	X(SCALING_GROUP_IN_USE, "scaling-group-has-instances")                 \
	X(SCALING_ACTIVITY_RUNS, "scaling-activity-in-progress")               \
	X(SCALING_CONFIGURATION_UNKNOWN, "scaling-configuration-unknown")      \
	X(SCALING_CONFIGURATION_NAME, "scaling-configuration-name-taken")      \
	X(SCALING_CONFIGURATION_LIMIT, "scaling-configuration-limit")          \
	X(SCALING_CONFIGURATION_MISSING, "no-active-scaling-configuration")    \
	X(SCALING_CONFIGURATION_ACTIVE, "scaling-configuration-active")        \
	X(SCALING_RULE_UNKNOWN, "scaling-rule-unknown")                        \
	X(SCALING_RULE_NAME, "scaling-rule-name-taken")                        \
	X(SCALING_RULE_LIMIT, "scaling-rule-limit")                            \
	X(SCALING_MAGNITUDE, "magnitude-without-percentage")                   \
	X(SCALING_STEP_NONE, "no-step-of-rule-fits")                           \
	X(SCALING_STEPS_LIMIT, "too-many-steps")                               \
	X(SCALING_STEP_UNBOUND, "step-without-bounds")                         \
	X(SCALING_STEP_ORDER, "step-ends-before-it-begins")                    \
	X(SCALING_STEPS_LOWER_TWICE, "two-steps-without-lower-bound")          \
	X(SCALING_STEPS_UPPER_TWICE, "two-steps-without-upper-bound")          \
	X(SCALING_STEPS_OVERLAP, "steps-overlap")                              \
	X(SCALING_STEPS_GAP, "gap-between-steps")                              \
	X(SCALING_STEPS_LOWER_NONE, "no-step-without-lower-bound")             \
	X(SCALING_STEPS_UPPER_NONE, "no-step-without-upper-bound")             \
	X(SCALING_METRIC_MISSING, "metric-value-missing")                      \
	X(SCALING_BREACH_MISSING, "breach-threshold-missing")                  \
	X(SCALING_MEMBER_UNKNOWN, "not-in-scaling-group")                      \
	X(SCALING_MEMBER_TAKEN, "in-another-scaling-group")                    \
	X(SCALING_MEMBER_VPC, "instance-in-another-vpc")                       \
	X(SCALING_MEMBER_STATE, "scaling-member-state")                        \
	X(SCALING_DESIRED_BELOW, "desired-capacity-below-min-size")            \
	X(SCALING_DESIRED_ABOVE, "desired-capacity-above-max-size")            \
	X(SCALING_BELOW_MIN, "below-min-size")                                 \
	X(SCALING_ABOVE_MAX, "above-max-size")                                 \
	X(SCALING_NO_CHANGE, "capacity-does-not-change")                       \
	X(SCALING_ABANDONED, "abandoned-by-lifecycle-hook")                    \
	X(LIFECYCLE_HOOK_UNKNOWN, "lifecycle-hook-unknown")                    \
	X(LIFECYCLE_HOOK_NAME_UNKNOWN, "lifecycle-hook-name-unknown")          \
	X(LIFECYCLE_HOOK_NAME, "lifecycle-hook-name-taken")                    \
	X(LIFECYCLE_HOOK_LIMIT, "lifecycle-hook-limit")                        \
	X(LIFECYCLE_ACTION_UNKNOWN, "lifecycle-action-unknown")                \
	X(LIFECYCLE_WAIT_LIMIT, "lifecycle-action-waits-too-long")             \
	/* load balancers and databases */                                     \
	X(BALANCER_UNKNOWN, "load-balancer-unknown")                           \
	X(BALANCER_STATE, "load-balancer-state")                               \
	X(BALANCER_LOCKED, "load-balancer-locked")                             \
	X(BALANCER_NO_HEALTH_CHECK, "load-balancer-no-health-check")           \
	X(BALANCER_FULL, "load-balancer-full")                                 \
	X(BACKEND_EXISTS, "backend-exists")                                    \
	X(BACKENDS_MALFORMED, "backends-malformed")                            \
	X(BACKENDS_TOO_MANY, "backends-of-call-limit")                         \
	X(BACKEND_KIND, "backend-kind")                                        \
	X(BACKEND_WEIGHT, "backend-weight")                                    \
	X(BACKEND_NAMELESS, "backend-without-instance")                        \
	X(DB_UNKNOWN, "db-instance-unknown")                                   \
	X(DB_STATE, "db-instance-state")                                       \
	X(DB_WHITE_LIST_FULL, "db-white-list-full")                            \
	/* tags and resource groups */                                         \
	X(RESOURCE_UNKNOWN, "resource-unknown")                                \
	X(TAG_LIMIT, "tag-limit")                                              \
	X(TAG_DUPLICATE, "tag-duplicate")                                      \
	X(TAG_KEY, "tag-key")                                                  \
	X(TAG_VALUE, "tag-value")                                              \
	/* jobs and drivers */                                                 \
	X(JOB_ENDED, "job-ended")                                              \
	X(JOB_BEGUN, "job-begun")                                              \
	X(CANCELLED, "cancelled")                                              \
	X(PROJECT_UNKNOWN, "project-unknown")                                  \
	X(JOB_UNKNOWN, "job-unknown")                                          \
	X(JOB_IN_THE_WAY, "job-in-the-way")                                    \
	X(DRIVER_REFUSED, "driver-refused")                                    \
	X(DRIVER_FAILED, "driver-failed")                                      \
	X(WAITING_FOR_GUEST, "waiting-for-guest")                              \
	/* faults */                                                           \
	X(FAULT, "fault")                                                      \
	X(FAULT_INVALID, "fault-invalid")                                      \
	X(FAULT_UNKNOWN, "fault-unknown")                                      \
	X(FAULT_EXISTS, "fault-exists")                                        \
	X(FAULT_LIMIT, "fault-limit")                                          \
	X(HELD_BY_FAULT, "held-by-fault")                                      \
	X(CLOCK_NOT_MANUAL, "clock-not-manual")                                \
	X(JOURNAL_OFF, "journal-off")                                          \
	/* the fleet as a whole */                                             \
	X(FLEET_WRONG, "fleet-wrong")                                          \
	X(FLEET_THING_UNKNOWN, "unknown-id")                                   \
	X(FLEET_TOO_LONG, "fleet-too-long")                                    \
	X(FLEET_NOT_SIMULATED, "fleet-not-simulated")                          \
	X(FLEET_JOBS_IN_FLIGHT, "jobs-in-flight")                              \
	X(MACHINE_UNKNOWN, "machine-unknown")                                  \
	X(MACHINE_HELD, "machine-held")                                        \
	X(MACHINE_BUSY, "machine-busy")                                        \
	X(INSTANCE_NOT_ADOPTED, "not-adopted")

enum refusal_reason {
#define X(name, word) REFUSE_##name,
	REFUSAL_REASONS(X)
#undef X
	REFUSE_MAX
};

extern const char *const refusal_words[REFUSE_MAX + 1];

struct error_row;

struct refusal {
	enum refusal_reason reason;
	const char *subject;         /* id or parameter name it is about, or NULL */
	const char *detail;          /* one more text for the message, or NULL */
	const struct error_row *row; /* REFUSE_FIELD, REFUSE_FAULT: the words that a field or a fault brings itself */
};

#endif
