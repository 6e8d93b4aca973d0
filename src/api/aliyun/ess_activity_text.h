/* What the product says of an activity in sentences: the core keeps facts only. */
#ifndef API_ALIYUN_ESS_ACTIVITY_TEXT_H
#define API_ALIYUN_ESS_ACTIVITY_TEXT_H

#include "api/aliyun/ess.h"

struct ess_activity_text {
	const char *cause, *description, *message, *detail, *error_code, *error_message;
};
struct ess_activity_text ess_activity_text(struct call *call, const struct scaling_activity *activity);

#endif
