#include "api/huawei/evs.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/client_job.h"
#include "core/disk.h"

#define TAG_KEY_MAX   36
#define TAG_VALUE_MAX 43

#define BAD(row, code, message) const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(evs_bad_name, "EVS.1003", "invalid volume name!");
BAD(evs_bad_description, "EVS.1004", "invalid volume description!");
BAD(evs_bad_size, "EVS.1010", "invalid volume size!");
BAD(evs_bad_tag, "EVS.1062", "invalid tag!");
BAD(evs_bad_limit, "EVS.1023", "invalid filter limit!");
BAD(evs_bad_offset, "EVS.5400", "offset param must be an integer.");

const struct field evs_volume_in_fields[] = {
	PATH_PROJECT(struct evs_volume_in, project),
	PATH_VOLUME(struct evs_volume_in, volume),
	FIELDS_END,
};

bool evs_find_volume(struct call *call, const char *id, struct disk *ret)
{
	return find_disk(&call->work, id, ret) || call_refuse(call, REFUSE_DISK_UNKNOWN, id);
}

/* Letters, digits, marks, and the ideographs from U+4E00 to U+9FFF. */
static bool has_only(const char *text, const char *marks)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		if (isalnum(*at) || (*at < 0x80 && strchr(marks, *at))) {
			at++;
		} else if (*at >= 0xE4 && *at <= 0xE9 && at[1] && at[2] && (*at > 0xE4 || at[1] >= 0xB8)) {
			at += 3;
		} else {
			return false;
		}
	}
	return true;
}

bool evs_tag_fits(const char *key, const char *value)
{
	return !text_empty(key) && text_characters(key) <= TAG_KEY_MAX && has_only(key, "-_") &&
	       text_characters(text_or(value, "")) <= TAG_VALUE_MAX && has_only(text_or(value, ""), ".-_");
}

const char *evs_job(struct call *call, const char *type, const char *volume)
{
	return client_job_open(&call->work, &(struct client_job_args){ .service = "evs", .type = type, .disk = volume });
}
