/* The faults of a fleet file, looked at as those of POST /_cleat/faults are. */
#include <string.h>

#include "api/control/fleet_file.h"
#include "api/fault.h"
#include "base/text.h"

/* What could not be read need not be complained of again. */
static bool was_told(const struct fleet_problems *problems, const char *path)
{
	size_t length = strlen(path);
	size_t i;

	for (i = 0; i < problems->n && i < FLEET_PROBLEMS_MAX; i++) {
		if (problems->items[i].path && strncmp(problems->items[i].path, path, length) == 0)
			return true;
	}
	return false;
}

void fleet_file_check_faults(struct arena *arena, const struct dialect *const *dialects, struct fleet *fleet,
                             struct fleet_problems *problems)
{
	struct fleet_list *list = &fleet->all[FLEET_FAULTS];
	struct fleet_fault *items = list->items;
	const char *problem;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const char *path = arena_printf(arena, "faults[%zu]", i);

		if (was_told(problems, path))
			continue;
		/* For fault_check 0 is absent. */
		if (items[i].given & FLEET_GIVEN_TIMES && !items[i].row.times_left)
			items[i].row.times_left = INT64_MIN;
		if (fault_check(dialects, arena, items[i].effect, &items[i].row, &problem))
			items[i].effect = fault_effect_names[items[i].row.effect];
		else
			fleet_problem(problems, path, "%s", problem);
	}
}
