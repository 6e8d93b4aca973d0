/* Finds the line of a value in a JSON text, for messages about files that people write. It does not check the text:
 * base/tree.h reads it, and of what is no JSON any line may be named. */
#ifndef BASE_JSON_LINE_H
#define BASE_JSON_LINE_H

#include <stddef.h>

/* The line, counted from 1, of the member or item at `path`: "accounts[0].disks[3].size_gib"; "" is the whole text. Where
 * there is no such value it is the line of the last thing on the way that is there. */
size_t json_line(const char *text, size_t length, const char *path);

#endif
