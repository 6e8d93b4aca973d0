/* What contract/driver.h promises, as tests that any driver can be put to: give one and run them. */
#ifndef TESTS_DRIVER_CONTRACT_H
#define TESTS_DRIVER_CONTRACT_H

#include "contract/driver.h"

/* Returns the number of tests that failed. */
int driver_contract_run(const struct driver *driver, const char *config);

/* What the tests must be told of a driver whose machines are real. */
struct driver_contract_real {
	const struct driver_build *build; /* of a machine that boots */
	void (*wipe)(void);               /* removes all that the driver has made: before each test */
	int rounds;                       /* of the tests on several threads */
};

int driver_contract_run_real(const struct driver *driver, const char *config, const struct driver_contract_real *real);

#endif
