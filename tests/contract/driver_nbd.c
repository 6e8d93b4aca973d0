/* The driver of exports is a driver like any other: with real daemons, in a directory of the test's own. */
#include "driver_contract.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/nbd.h"

static char directory[64];

/* A daemon goes on when its driver is closed; here it is a leftover. */
static void kill_daemon(const char *server)
{
	char path[512];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof path, "%s/servers/%s/pid", directory, server);
	file = fopen(path, "r");
	if (file && fscanf(file, "%d", &pid) == 1 && pid > 1)
		kill(pid, SIGKILL);
	if (file)
		fclose(file);
}

static void wipe(void)
{
	char command[256];
	char servers[128];
	DIR *folder;
	const struct dirent *entry;

	snprintf(servers, sizeof servers, "%s/servers", directory);
	folder = opendir(servers);
	while (folder && (entry = readdir(folder)))
		kill_daemon(entry->d_name);
	if (folder)
		closedir(folder);
	snprintf(command, sizeof command, "rm -rf %s/servers %s/disks %s/snapshots", directory, directory, directory);
	if (system(command) != 0)
		abort();
}

/* What the driver says of settings that are none. */
static int refuses(const char *config, const char *says)
{
	char error[512] = "";
	void *self = NULL;

	if (!driver_nbd.open(config, &self, error, sizeof error) && strstr(error, says))
		return 0;
	fprintf(stderr, "the driver took \"%s\": %s\n", config, error);
	driver_nbd.close(self);
	return 1;
}

static int settings(void)
{
	char error[512] = "";
	char config[128];
	void *self;
	int failed = refuses("", "needs a directory") + refuses("/nowhere/at/all", "cannot make the directory") +
	             refuses(P_tmpdir, "others can reach it");

	snprintf(config, sizeof config, "%s,speed=9", directory);
	failed += refuses(config, "\"speed=9\"");
	snprintf(config, sizeof config, "%s,ports=9", directory);
	failed += refuses(config, "ports=9");
	snprintf(config, sizeof config, "%s,ports=9-70000", directory);
	failed += refuses(config, "ports=9-70000");
	snprintf(config, sizeof config, "%s,listen=", directory);
	failed += refuses(config, "cannot listen on \"\"");
	snprintf(config, sizeof config, "%s,listen=127.0.0.1,ports=10809-10900", directory);
	if (!driver_nbd.open(config, &self, error, sizeof error)) {
		fprintf(stderr, "the driver did not open: %s\n", error);
		return failed + 1;
	}
	failed += refuses(directory, "another server uses it");
	driver_nbd.close(self);
	return failed;
}

int main(void)
{
	const struct driver_contract_real real = { .wipe = wipe, .rounds = 50 };
	char lock[128];
	int failed;

	snprintf(directory, sizeof directory, "%s/cleat-nbd-XXXXXX", P_tmpdir);
	if (!mkdtemp(directory))
		return 1;
	snprintf(lock, sizeof lock, "%s/lock", directory);
	failed = driver_contract_run_real(&driver_nbd, directory, &real) + settings();
	wipe();
	unlink(lock);
	rmdir(directory);
	return failed;
}
