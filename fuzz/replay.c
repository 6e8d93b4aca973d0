/* Gives the saved inputs of a fuzz target to it once, without a fuzzer, so that every compiler's build runs them:
 *
 *     replay FOLDER
 *
 * It is a test of what was found before; finding more is `make fuzz`. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_input(const char *path, uint8_t *ret)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		exit(1);
	}
	size = fread(ret, 1, INPUT_MAX, file);
	fclose(file);
	return size;
}

static int run_file(const char *folder, const char *name, uint8_t *room)
{
	char path[4096];
	uint8_t *exact;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	size = read_input(path, room);
	/* Of exactly its size, so that a sanitizer sees the first byte too many. */
	exact = malloc(size ? size : 1);
	if (!exact)
		return 1;
	memcpy(exact, room, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	uint8_t *room = malloc(INPUT_MAX);
	const struct dirent *entry;
	unsigned n = 0;

	if (!folder || !room) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] != '.' && run_file(argv[1], entry->d_name, room) == 0)
			n++;
	}
	closedir(folder);
	free(room);
	printf("%u inputs\n", n);
	return n ? 0 : 1;
}
