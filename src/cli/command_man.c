#include <string.h>

#include "base/buf.h"
#include "base/option.h"
#include "cli/command.h"

static const char head[] =
	".\\\" Printed by `cleat help --man` (make docs): edit the tables in src/, not this file.\n"
	".TH CLEAT 1 \"\" \"Cleat " CLEAT_VERSION "\" \"Cleat\"\n"
	".SH NAME\n"
	"cleat \\- a cloud control plane that attaches disks to machines and detaches them\n"
	".SH SYNOPSIS\n"
	".B cleat\n"
	".I COMMAND\n"
	"[\\fIARGUMENT\\fR]... [\\fIOPTION\\fR]...\n"
	".SH DESCRIPTION\n"
	".B cleat serve\n"
	"speaks the public HTTP API of Alibaba Cloud ECS, so that unmodified SDKs, command lines and tools create disks,\n"
	"attach them to running instances and detach them again. Everything it has acknowledged is on disk.\n"
	"The other commands are clients of that server; they find it by the file\n"
	".I endpoint\n"
	"in its data directory, or by\n"
	".BR \\-\\-endpoint .\n"
	".SH COMMANDS\n";

static const char tail[] =
	".SH CONFIGURATION\n"
	"Each option of\n"
	".B cleat serve\n"
	"may be a flag, an environment variable or a line\n"
	".I name = value\n"
	"of the file named by\n"
	".BR \\-\\-config ;\n"
	"the first of these that has a value wins. Sizes take K, M or G; times take s, m, h or d.\n"
	".SH FILES\n"
	".TP\n"
	".I DIR/endpoint\n"
	"The URL of the server that uses the data directory DIR.\n"
	".TP\n"
	".I DIR/control_token\n"
	"The token of the control API (mode 0600).\n"
	".SH EXIT STATUS\n"
	"0: done. 1: the server refused or could not be reached, or something failed. 2: the command line makes no sense.\n";

static void add_roff(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		/* A line of its own, such as an example, stays one. */
		if (*text == '\n')
			buf_add_text(buf, "\n.br");
		if (*text == '-' || *text == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, *text);
		if (*text == '\n' && text[1] != '\n')
			buf_add_text(buf, ".br\n"); /* a line of its own */
	}
}

static void add_command(struct buf *buf, const struct command *command)
{
	buf_add_text(buf, ".SS ");
	add_roff(buf, "cleat ");
	add_roff(buf, command->name);
	if (*command->synopsis) {
		buf_add_char(buf, ' ');
		add_roff(buf, command->synopsis);
	}
	buf_add_char(buf, '\n');
	add_roff(buf, command->doc);
	buf_add_char(buf, '\n');
	if (command->options)
		options_man(buf, command->options);
}

void command_man(struct buf *buf, const struct command *commands)
{
	buf_add_text(buf, head);
	for (; commands->name; commands++)
		add_command(buf, commands);
	buf_add_text(buf, tail);
}
