/* Random bytes and the identifiers made of them. Which shape an identifier has is the caller's business;
 * that it cannot be guessed and does not collide is this module's. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* From the kernel; never fails. */
void random_bytes(void *ret, size_t length);

/* `length` characters of 0-9a-z and a NUL. */
void random_base36(char *ret, size_t length);

/* `length` characters of 0-9a-f and a NUL. */
void random_hex(char *ret, size_t length);

/* `length` characters of 0-9A-Za-z and a NUL. */
void random_alphanumeric(char *ret, size_t length);

#define UUID_SIZE 37
/* A version 4 UUID in capitals ("473469C7-AA6F-…"), as Alibaba Cloud writes request ids. */
void random_uuid_upper(char ret[UUID_SIZE]);

/* The same in small letters, as Huawei Cloud writes ids of servers and volumes. */
void random_uuid(char ret[UUID_SIZE]);

#endif
