/* The simulator is a driver like any other. */
#include "driver_contract.h"

#include <stdio.h>
#include <string.h>

#include "drivers/sim.h"

/* What belongs to the simulator alone: it takes no settings, and says so. */
static int takes_no_settings(void)
{
	char error[256] = "";
	void *self = NULL;

	if (driver_sim.open("speed=9", &self, error, sizeof error) || !strstr(error, "speed=9")) {
		fprintf(stderr, "the simulator took a setting: %s\n", error);
		driver_sim.close(self);
		return 1;
	}
	return 0;
}

int main(void)
{
	return driver_contract_run(&driver_sim, "") + takes_no_settings();
}
