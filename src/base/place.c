#include "base/place.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

char *place_data(struct arena *arena)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (geteuid() == 0)
		return arena_text(arena, "/var/lib/cleat");
	/* The XDG rules: a relative path there is to be ignored. */
	if (text_starts(state, "/"))
		return arena_printf(arena, "%s/cleat", state);
	if (text_empty(home))
		return NULL;
	return arena_printf(arena, "%s/.local/state/cleat", home);
}
