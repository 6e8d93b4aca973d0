/* Prints the reference of an API as Markdown, from the same tables that bind requests and write replies. The pages in
 * docs/reference are its output. */
#ifndef REFERENCE_H
#define REFERENCE_H

/* `cleat reference ecs|control|...`. Returns the exit status. */
int reference_main(int argc, char **argv);

#endif
