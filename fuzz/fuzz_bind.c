/* Feeds queries and JSON bodies to the whole way from bytes to a bound input, for every operation there is, and writes what
 * was bound as JSON and XML: what a stranger sends may be refused, but never more than that.
 *
 * Input: the first byte chooses the operation; the rest is a query, or JSON if it begins with '{' or '['. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/product.h"
#include "api/bind.h"
#include "api/query.h"
#include "api/write.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	struct arena arena;
	struct tree *tree;
};

static void add(void *context, const char *name, const char *value)
{
	struct reading *reading = context;

	tree_add_flat(&reading->arena, reading->tree, name, value, TREE_DEPTH_MAX);
}

static struct tree *read_input(struct reading *reading, const char *text, size_t length)
{
	const char *error;

	if (length && (text[0] == '{' || text[0] == '['))
		return tree_from_json(&reading->arena, text, length, TREE_DEPTH_MAX, &error);
	reading->tree = tree_object(&reading->arena, NULL);
	return query_read(&reading->arena, text, add, reading) ? reading->tree : NULL;
}

static void write_both(const struct shape *shape, const void *bound)
{
	static const struct writer_format *const formats[] = { &writer_json, &writer_xml };
	size_t i;

	for (i = 0; i < COUNT_OF(formats); i++) {
		struct buf BUF_CLEANUP buf;
		struct writer writer;

		buf_init(&buf, (size_t)16 << 20);
		writer_init(&writer, formats[i], &buf);
		formats[i]->object_begin(&writer, i ? "All" : NULL);
		write_fields(&writer, shape, bound);
		formats[i]->object_end(&writer, i ? "All" : NULL);
		if (!text_is_utf8(buf_text(&buf), buf.length))
			abort();
	}
}

/* Of all products, one after the other. */
static const struct operation *choose(size_t number)
{
	const struct product *const *product = products;
	size_t n = 0;

	for (;;) {
		if ((*product)->operations[n]) {
			if (!number--)
				return (*product)->operations[n];
			n++;
			continue;
		}
		n = 0;
		if (!*++product)
			product = products;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct operation *operation;
	struct reading reading = { 0 };
	struct refusal refusal;
	struct tree *tree;
	void *bound;

	if (size < 2 || size > 65536)
		return 0;
	operation = choose(data[0]);
	arena_init(&reading.arena);
	tree = read_input(&reading, arena_text_n(&reading.arena, (const char *)data + 1, size - 1), size - 1);
	bound = arena_alloc(&reading.arena, operation->in.size);
	if (tree && bind_input(&reading.arena, &operation->in, tree, bound, &refusal))
		write_both(&operation->in, bound);
	arena_finish(&reading.arena);
	return 0;
}
