/* Inside of the libvirt driver: what its parts share. A machine is a domain, a disk a volume of one pool, an attachment a
 * virtio disk whose alias names it; libvirt's own words on them are read anew by every act, since nothing else is true. */
#ifndef DRIVERS_LIBVIRT_DRIVER_H
#define DRIVERS_LIBVIRT_DRIVER_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>

#include "drivers/libvirt_link.h"
#include "drivers/libvirt_xml.h"
#include "drivers/plugs.h"
#include "drivers/reply.h"
#include "drivers/tasks.h"

/* Where a guest has no agent that could tell whether it uses a disk. */
enum lv_no_agent { LV_REFUSE_IF_ACTIVE, LV_TRUST };

struct lv_settings {
	char uri[1024];
	char pool[128];
	bool kvm;
	enum lv_no_agent no_agent;
	int64_t agent_wait_ms; /* how long an agent that is not there may still come: guests boot */
	int64_t stop_wait_ms;  /* how long a guest may take to shut down */
};

#define LV_WAITING_MAX 64

/* What is known of a machine besides what libvirt says. */
struct lv_machine {
	char *id;
	char uuid[VIR_UUID_STRING_BUFLEN];
	int64_t agent_missed_at; /* monotonic: since when its agent is missed; 0: it is not */
	int64_t off_asked_at;    /* monotonic: when its guest was asked to shut down; 0: it was not */
	char *waiting[LV_WAITING_MAX]; /* jobs that wait for something about it */
	size_t n_waiting;
};

/* What is known of an attachment besides; a plug's own. */
struct lv_plug {
	int64_t asked_at;   /* monotonic: when the guest was asked first to let go; 0: it was not */
	int64_t asks;
	int64_t idle_at;    /* monotonic: when its guest said that it does not use the disk; 0: it did not */
	int64_t sampled_at; /* monotonic: of the counters below; 0: never */
	int64_t reads, writes;
};

struct lv {
	struct lv_settings settings;
	struct lv_link *link;
	struct tasks *tasks;
	pthread_mutex_t lock; /* of all below; never held while libvirt is asked */
	struct plugs plugs;
	struct map machines; /* id -> struct lv_machine */
	struct map natives; /* disk -> char *: what it is called, of those that Cleat did not make */
	struct map leases;
	struct map fenced; /* alias -> anything: it is on its machine still, and reaches nothing */
};

/* One act while it is carried out. */
struct lv_act {
	struct lv *lv;
	const struct driver_call *call;
	struct driver_reply *reply;
	struct arena arena;
	virConnectPtr connection; /* NULL: there is none, because of: */
	char problem[LV_PROBLEM_SIZE];
	virDomainPtr domain;    /* NULL: not looked up */
	bool active;            /* it runs, or is paused */
	struct lv_domain live;   /* without devices if it is not active */
	struct lv_domain config; /* what it is at its next start */
};

void lv_act_begin(struct lv_act *act, struct lv *lv, const struct driver_call *call, struct driver_reply *reply);
void lv_act_finish(struct lv_act *act);

/* Answers with libvirt's last error: UNKNOWN if the connection may be the reason, FAILED otherwise. */
void lv_failed(struct lv_act *act, const char *what);

/* Looks the machine of the call up and reads it. False if it is missing (then *ret_missing) or libvirt cannot say; answered
 * in the second case only. */
bool lv_read_machine(struct lv_act *act, bool *ret_missing);

/* Reads act->domain. False, answered, if libvirt cannot say. */
bool lv_read_domain(struct lv_act *act);

/* What the disk is called if Cleat did not make it; otherwise "". */
const char *lv_native(struct lv_act *act, const char *disk);

/* The same; "no-such-machine" is the answer if it is missing. */
bool lv_must_have_machine(struct lv_act *act);

/* The uuid of that machine as it is known, otherwise one that is made of its id. */
void lv_machine_uuid(struct lv *lv, const char *machine, char ret[VIR_UUID_STRING_BUFLEN]);

/* Under the lock: the machine's notes, made if there are none. */
struct lv_machine *lv_machine_note(struct lv *lv, const char *machine);

/* Under the lock: the notes on the attachment of the call; NULL if it is not known. */
struct lv_plug *lv_plug_note(struct lv_act *act);

/* The job of the act is woken when something changes about its machine. */
void lv_wait(struct lv_act *act);

/* The volume; NULL if it is missing (then *ret_missing) or libvirt cannot say, which is answered. To be freed. */
virStorageVolPtr lv_volume(struct lv_act *act, const char *name, bool *ret_missing);

/* Whether a machine that is on has the disk; *ret_failed (answered) if libvirt cannot say. `ret_domain`, if not NULL, gets
 * that machine and `ret_target` its name of the disk; to be freed. */
bool lv_is_powered(struct lv_act *act, const char *disk, virDomainPtr *ret_domain, const char **ret_target, bool *ret_failed);

/* The acts, one function each. */
void lv_create_disk(struct lv_act *act);
void lv_delete_disk(struct lv_act *act);
void lv_resize_disk(struct lv_act *act);
void lv_modify_disk(struct lv_act *act);
void lv_restore_disk(struct lv_act *act);
void lv_create_snapshot(struct lv_act *act);
void lv_delete_snapshot(struct lv_act *act);
void lv_create_machine(struct lv_act *act);
void lv_delete_machine(struct lv_act *act);
void lv_power_on(struct lv_act *act);
void lv_power_off(struct lv_act *act);
void lv_attach(struct lv_act *act);
void lv_check_idle(struct lv_act *act);
void lv_detach(struct lv_act *act);
void lv_fence(struct lv_act *act);

/* driver.survey */
bool lv_survey(void *self, const char *name, struct arena *arena, struct driver_survey *ret, char *error, size_t error_size);

/* Whether the guest of a machine that is on uses the disk; false with the answer: REFUSED "in-use", or PENDING. */
bool lv_guest_is_idle(struct lv_act *act, const struct lv_disk *disk);

#endif
