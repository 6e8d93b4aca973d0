/* What contract/driver.h promises, as tests that any driver can be put to: give one and run them. */
#ifndef TESTS_DRIVER_CONTRACT_H
#define TESTS_DRIVER_CONTRACT_H

#include "contract/driver.h"

/* Returns the number of tests that failed. */
int driver_contract_run(const struct driver *driver, const char *config);

#endif
