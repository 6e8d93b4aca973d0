#include "core/realm.h"

#include "base/text.h"

const struct realm *const realms[] = { &realm_aliyun, &realm_huawei, NULL };

const struct realm *realm_find(const char *name)
{
	size_t i;

	for (i = 0; realms[i]; i++) {
		if (text_equal(realms[i]->name, name))
			return realms[i];
	}
	return NULL;
}
