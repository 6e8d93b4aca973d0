#include "cli/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/option.h"
#include "base/text.h"

#define HELP_MAX       (256 << 10)
#define COMMANDS_MAX   64
#define SUMMARY_INDENT 20

static int print_text(FILE *to, const struct buf *buf)
{
	fputs(buf_text(buf), to);
	return ferror(to) ? COMMAND_FAILED : COMMAND_DONE;
}

/* How many words of argv the name takes, 0 if they are not the name. */
static int words_matched(const char *name, int argc, char **argv)
{
	const char *space = strchr(name, ' ');
	size_t first = space ? (size_t)(space - name) : strlen(name);

	if (argc < 1 || strlen(argv[0]) != first || memcmp(argv[0], name, first) != 0)
		return 0;
	if (!space)
		return 1;
	return argc > 1 && text_equal(argv[1], space + 1) ? 2 : 0;
}

/* The row with the longest name that the words begin with: "clock advance" before "clock". */
static const struct command *command_find(const struct command *commands, int argc, char **argv,
                                          int *ret_words)
{
	const struct command *found = NULL;

	*ret_words = 0;
	for (; commands->name; commands++) {
		int words = words_matched(commands->name, argc, argv);

		if (words > *ret_words) {
			*ret_words = words;
			found = commands;
		}
	}
	return found;
}

static void add_summary(struct buf *buf, const struct command *command)
{
	buf_printf(buf, "  %-*s", SUMMARY_INDENT - 2, command->name);
	option_wrap(buf, command->summary, SUMMARY_INDENT, SUMMARY_INDENT);
	buf_add_char(buf, '\n');
}

static int help_all(const struct command *commands)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, HELP_MAX);
	buf_add_text(&buf, "Cleat " CLEAT_VERSION
	                   ": a cloud control plane that attaches disks to machines and detaches "
	                   "them.\n\nUsage: cleat COMMAND [ARGUMENT]... [OPTION]...\n\nCommands:\n");
	for (; commands->name; commands++)
		add_summary(&buf, commands);
	buf_add_text(
		&buf,
		"\n'cleat COMMAND --help' says more about one. To see a disk come off a running machine: cleat "
		"demo\n");
	return print_text(stdout, &buf);
}

static int help_command(const struct command *command)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, HELP_MAX);
	buf_printf(&buf, "Usage: cleat %s%s%s [OPTION]...\n\n", command->name, *command->synopsis ? " " : "",
	           command->synopsis);
	option_wrap(&buf, command->doc, 0, 0);
	buf_add_text(&buf, "\n");
	if (command->options && command->options->name) {
		buf_add_text(&buf, command->options->group ? "\n" : "\nOptions:\n");
		options_help(&buf, command->options);
	}
	return print_text(stdout, &buf);
}

/* The commands whose first word is `word`; false if there are none. */
static bool help_group(FILE *to, const struct command *commands, const char *word)
{
	struct buf BUF_CLEANUP buf;
	bool any = false;

	buf_init(&buf, HELP_MAX);
	for (; commands->name; commands++) {
		size_t length = strcspn(commands->name, " ");

		if (strlen(word) != length || memcmp(word, commands->name, length) != 0)
			continue;
		if (!any)
			buf_printf(&buf, "Usage: cleat %s ...\n\nCommands:\n", word);
		any = true;
		add_summary(&buf, commands);
	}
	if (any)
		buf_printf(&buf, "\n'cleat COMMAND --help' says more about one.\n");
	print_text(to, &buf);
	return any;
}

static int unknown(const struct command *commands, const char *word)
{
	const char *names[COMMANDS_MAX];
	const char *near;
	size_t n = 0;

	for (; commands->name && n < COMMANDS_MAX; commands++)
		names[n++] = commands->name;
	near = option_nearest(word, names, n);
	if (near)
		fprintf(stderr, "cleat: there is no command '%s'; did you mean 'cleat %s'?\n", word, near);
	else
		fprintf(stderr, "cleat: there is no command '%s'; 'cleat --help' lists them\n", word);
	return COMMAND_USAGE;
}

/* A misspelt second word, as in `cleat key crate`, or a missing one. */
static int no_such(const struct command *commands, int argc, char **argv)
{
	const struct command *each;
	char both[128];

	for (each = commands; each->name; each++) {
		size_t length = strcspn(each->name, " ");

		if (strlen(argv[0]) == length && memcmp(argv[0], each->name, length) == 0)
			break;
	}
	if (each->name && argc < 2) {
		help_group(stderr, commands, argv[0]);
		return COMMAND_USAGE;
	}
	snprintf(both, sizeof(both), "%s%s%s", argv[0], each->name ? " " : "", each->name ? argv[1] : "");
	return unknown(commands, both);
}

static int help_for(const struct command *commands, int argc, char **argv)
{
	const struct command *command;
	int words;

	if (argc == 0)
		return help_all(commands);
	if (text_equal(argv[0], "--man")) {
		struct buf BUF_CLEANUP buf;

		buf_init(&buf, HELP_MAX);
		command_man(&buf, commands);
		return print_text(stdout, &buf);
	}
	command = command_find(commands, argc, argv, &words);
	if (command)
		return help_command(command);
	return help_group(stdout, commands, argv[0]) ? COMMAND_DONE : no_such(commands, argc, argv);
}

static bool asks_help(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && !text_equal(argv[i], "--"); i++) {
		if (text_equal(argv[i], "--help") || text_equal(argv[i], "-h"))
			return true;
	}
	return false;
}

int command_main(const struct command *commands, int argc, char **argv)
{
	const struct command *command;
	int words;

	if (argc < 2) {
		help_all(commands);
		return COMMAND_USAGE;
	}
	argc--;
	argv++;
	if (text_equal(argv[0], "--version"))
		argv[0] = "version";
	if (text_equal(argv[0], "help"))
		return help_for(commands, argc - 1, argv + 1);
	if (text_equal(argv[0], "--help") || text_equal(argv[0], "-h"))
		return help_all(commands);
	command = command_find(commands, argc, argv, &words);
	if (asks_help(argc, argv))
		return command ? help_command(command) : help_for(commands, 1, argv);
	if (!command)
		return no_such(commands, argc, argv);
	argv[words - 1] = (char *)command->name;
	return command->run(argc - (words - 1), argv + (words - 1));
}
