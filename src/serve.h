/* The server: opens the store, starts drivers, jobs and HTTP as the settings say, and ends when it is told to. Reading
 * the settings is config.h's. */
#ifndef SERVE_H
#define SERVE_H

struct config;

/* Serves until SIGTERM or SIGINT. Returns the exit status of the process; what went wrong is logged. */
int serve_run(const struct config *config);

#endif
